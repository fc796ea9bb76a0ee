"""Following every trail, and holding against it what stands in the tables, and where it ended at an earlier time."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session

from app.accounts import Reader
from app.database import Database
from app.errors import KeyFailure, UnsoundFile
from app.keyring import Keyring
from app.models import ASSESSMENT, ORGANISATION, TRAIL
from app.organisations import acting
from app.replay import differences
from app.trail import Break, Chain, breaks

_FORMAT = "plumbline-ends/1"


class End(NamedTuple):
    """Where a chain ends: whose it is, how many entries it has, and the seal of the last."""

    organisation: str
    number: int
    seal: str


Ends = dict[str, End]


@dataclass(frozen=True)
class Found:
    """Where every chain ends, by its name, and where it does not hold."""

    ends: Ends
    breaks: list[Break]

    @property
    def entries(self) -> int:
        """How many there are in all."""
        return sum(end.number for end in self.ends.values())


def verify_log(database: Database, keyring: Keyring, earlier: Mapping[str, End] | None = None) -> Found:
    """Every chain of the service; `earlier`: where they ended at another time, kept elsewhere.

    Whoever can write the database can put the whole of it, or of one assessment, back to an earlier state, and take out
    an organisation with all that it has: the chains that are left hold. Only an end that was kept elsewhere shows it.
    """
    ends, found = Ends(), list[Break]()
    with database.transaction(write=False) as session:
        connection = session.connection()
        for organisation in connection.execute(select(ORGANISATION.c.id)).scalars().all():
            mine = select(ASSESSMENT.c.id).where(ASSESSMENT.c.organisation_id == organisation)
            for chain in (
                Chain("organisation", organisation),
                *(Chain("assessment", name) for name in connection.execute(mine).scalars()),
            ):
                try:
                    found += _followed(session, acting(session, keyring, organisation, ""), chain)
                except (KeyFailure, ValueError, LookupError) as error:  # one that cannot be read hides no other
                    found.append(Break(chain.name, 0, f"it cannot be read ({type(error).__name__})"))
                ends[chain.name] = End(organisation, chain.number, chain.seal)
        names = connection.execute(select(TRAIL.c.chain).distinct()).scalars()
        found += [Break(name, 0, "nothing is left of what it belongs to") for name in names if name not in ends]
        found += _lost(session, earlier or {}, ends)
    return Found(ends, found)


def _followed(session: Session, reader: Reader, chain: Chain) -> list[Break]:
    """What is wrong with one chain, or with what stands beside it; sets its end."""
    owner = ORGANISATION if chain.owner == "organisation" else ASSESSMENT
    kept = select(owner.c.trail_number, owner.c.trail_seal, owner.c.trail_signature).where(owner.c.id == chain.id)
    chain.number, chain.seal, signature = session.connection().execute(kept).one()
    return list(breaks(session, reader.cipher, chain, signature)) or list(differences(session, reader, chain))


def _lost(session: Session, earlier: Mapping[str, End], ends: Ends) -> Iterator[Break]:
    """Chains that are gone, or do not hold the entry with which they ended then."""
    gone: dict[str, int] = {}
    for name, end in earlier.items():
        this = select(TRAIL.c.seal).where(TRAIL.c.chain == name, TRAIL.c.number == end.number)
        if name not in ends and name.startswith("assessment:") and f"organisation:{end.organisation}" in ends:
            gone[end.organisation] = gone.get(end.organisation, 0) + 1
        elif name not in ends:
            yield Break(name, 0, "it is gone since its end was kept")
        elif session.connection().execute(this).scalar_one_or_none() != end.seal:
            yield Break(name, 0, f"it does not go on from entry {end.number}, with which it ended then")
    for organisation, count in gone.items():
        name = f"organisation:{organisation}"
        since = earlier[name].number if name in earlier else 0
        said = select(func.count()).where(TRAIL.c.chain == name, TRAIL.c.number > since, TRAIL.c.action == "deleted")
        if count > (session.connection().execute(said).scalar() or 0):
            yield Break(name, 0, f"{count} of its assessments are gone, and it does not say so")


def write_ends(ends: Ends, file: Path) -> None:
    """Keep where the chains end; no answer, name or address is in it."""
    said = {"format": _FORMAT, "chains": {name: end._asdict() for name, end in ends.items()}}
    file.write_text(json.dumps(said, indent=1), encoding="utf-8")


def read_ends(file: Path) -> Ends:
    """What `write_ends` kept. Raises UnsoundFile."""
    try:
        said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if said["format"] != _FORMAT:
            raise ValueError(said["format"])
        return {name: End(**end) for name, end in said["chains"].items()}
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise UnsoundFile(f"{file} does not say where trails ended.") from error
