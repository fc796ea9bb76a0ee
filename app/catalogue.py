"""questionnaires/ as an immutable Catalogue: each agency's releases and draft, resolved into one questionnaire each."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from app.content.authoring import Activity
from app.content.checks import sound_drafts
from app.content.locales import ContentLocale, read_content_locales, spoken, translated
from app.content.resolution import DRAFT
from app.content.sources import read_sources
from app.errors import ContentError, Fault, NotFound
from scoring.engine import Instrument
from scoring.questionnaire import Questionnaire

_RESTORE = "A release is never edited: restore the file, and release a higher version."
_NUMBERS = re.compile(r"[0-9]+(\.[0-9]+)*")
_VERSION = re.compile(rb"^version: *([^ \n]+)", re.MULTILINE)


@dataclass(frozen=True)
class Catalogue:
    """Every version of every agency's questionnaire; `versions` go from the oldest release to the draft."""

    instruments: Mapping[str, Mapping[str, Instrument]]
    locales: Mapping[str, ContentLocale] = field(default_factory=dict)

    @cached_property
    def latest(self) -> dict[str, Instrument]:
        """By agency, the newest release, or the draft where there is none."""
        return {agency: self._newest(versions) for agency, versions in self.instruments.items()}

    @staticmethod
    def _newest(versions: Mapping[str, Instrument]) -> Instrument:
        *_, last = sorted(versions, key=lambda version: (not version.endswith(DRAFT), _order(version)))
        return versions[last]

    def instrument(self, agency: str, version: str | None = None) -> Instrument:
        """One questionnaire, the latest unless a version is named. Raises NotFound."""
        if agency not in self.instruments:
            raise NotFound(f"There is no questionnaire “{agency}”.")
        if version is None:
            return self.latest[agency]
        if version not in self.instruments[agency]:
            known = ", ".join(self.instruments[agency])
            raise NotFound(f"“{agency}” has no version “{version}”; it has {known}.")
        return self.instruments[agency][version]

    def in_language(self, questionnaire: Questionnaire, language: str) -> Questionnaire:
        """The questionnaire in a language's words where there is a translation of it, else as it is."""
        locale = self.locales.get(language)
        return questionnaire if locale is None else translated(questionnaire, locale)

    def line_in_language(self, activity: Activity, language: str) -> Activity:
        """A line of the finder in a language's words where there is a translation of it, else as it is."""
        locale = self.locales.get(language)
        return activity if locale is None else spoken(activity, locale)

    def is_released(self, questionnaire: Questionnaire) -> bool:
        """Whether exactly this text is one of the releases."""
        known = self.instruments.get(questionnaire.id, {}).get(questionnaire.version)
        return known is not None and not known.questionnaire.draft and known.questionnaire.hash == questionnaire.hash


class _Versions(Mapping[str, Instrument]):
    """One agency’s versions, oldest first. A release is read, and held against its hash, when it is first asked for:
    of a hundred that still score, a day asks for a few."""

    def __init__(self, releases: Iterable[Path], draft: Questionnaire | None) -> None:
        self._releases = {path.stem: path for path in sorted(releases, key=lambda path: _order(path.stem))}
        self._open = {draft.version: Instrument(draft)} if draft else {}
        self._names = [*self._releases, *self._open]

    def __getitem__(self, version: str) -> Instrument:
        if version not in self._open:
            self._open[version] = Instrument(read_release(self._releases[version]))
        return self._open[version]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def open_catalogue(folder: Path, drafts: bool = True) -> Catalogue:
    """The catalogue of a folder: its releases, and the drafts of versions not yet released.

    Raises ContentError, also for the newest release of an agency; for an older one once it is asked for.
    """
    released = _released(folder)
    pending = _pending(folder, released) if drafts else []
    found: dict[str, Questionnaire] = {}
    if pending:
        found = sound_drafts(read_sources(folder), pending)
    versions = {
        agency: _Versions(released.get(agency, ()), found.get(agency)) for agency in sorted({*released, *found})
    }
    catalogue = Catalogue(versions, read_content_locales(folder))
    assert catalogue.latest.keys() == versions.keys()  # read now: what is offered first is whole
    return catalogue


def _released(folder: Path) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("released/*/*.json")):
        if not _NUMBERS.fullmatch(path.stem):
            what = "The file’s name is not that of the release in it."
            raise ContentError([Fault(path, 1, "version", what, _RESTORE)])
        found.setdefault(path.parent.name, []).append(path)
    return found


def _pending(folder: Path, releases: Mapping[str, Iterable[Path]]) -> list[str]:
    """Agencies whose file states a version that is not released. Only that line is read: a start shall be quick."""
    released = {(agency, path.stem) for agency, paths in releases.items() for path in paths}
    stated = {path.stem: _VERSION.search(path.read_bytes()) for path in sorted(folder.glob("agencies/*.yaml"))}
    return [agency for agency, line in stated.items() if not line or (agency, line[1].decode()) not in released]


def load_catalogue(
    releases: Iterable[Questionnaire],
    drafts: Iterable[Questionnaire] = (),
    locales: Mapping[str, ContentLocale] | None = None,
) -> Catalogue:
    """Compile releases, and drafts whose version is not released yet."""
    found: dict[str, dict[str, Instrument]] = {}
    for questionnaire in (*releases, *drafts):
        found.setdefault(questionnaire.id, {})[questionnaire.version] = Instrument(questionnaire)
    return Catalogue(found, locales or {})


def read_releases(folder: Path) -> list[Questionnaire]:
    """Every released questionnaire. Raises ContentError for one that was edited after its release."""
    releases, faults = [], []
    for path in sorted(folder.glob("released/*/*.json")):
        try:
            releases.append(read_release(path))
        except ContentError as error:
            faults += error.faults
    if faults:
        raise ContentError(faults)
    return sorted(releases, key=lambda q: (q.id, _order(q.version)))


def read_release(path: Path) -> Questionnaire:
    """One released questionnaire. Raises ContentError if it was edited after its release."""
    try:
        questionnaire = Questionnaire.model_validate_json(path.read_bytes())
    except ValidationError as error:
        what = f"This is not a released questionnaire: {error.errors()[0]['msg']}."
        raise ContentError([Fault(path, 1, "", what, _RESTORE)]) from error
    if questionnaire.hash != questionnaire.content_hash():
        what = "The content does not have the hash that it was released with."
        raise ContentError([Fault(path, 1, "hash", what, _RESTORE)])
    if (questionnaire.id, questionnaire.version) != (path.parent.name, path.stem) or questionnaire.draft:
        raise ContentError([Fault(path, 1, "version", "The file’s name is not that of the release in it.", _RESTORE)])
    return questionnaire


def write_release(folder: Path, draft: Questionnaire) -> Path:
    """Freeze a draft under its version. Raises ContentError if that version is released already."""
    release = draft.model_copy(update={"version": draft.version.removesuffix(DRAFT), "draft": False}).sealed()
    path = folder / "released" / release.id / f"{release.version}.json"
    if path.exists():
        fault = Fault(path, 1, "version", f"{release.id} {release.version} is released already.", "Raise the version.")
        raise ContentError([fault])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(release.model_dump_json(indent=1, exclude_defaults=True) + "\n", encoding="utf-8")
    return path


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removesuffix(DRAFT).split("."))
