"""The checks of questionnaires/: that every reference resolves, then that each questionnaire can be scored.

Each check has a bad file in tests/bad/ that it refuses, with the words of the fault.
"""

from collections.abc import Iterable

from app.content.checks.completeness import release_faults
from app.content.checks.likeness import likeness_faults
from app.content.checks.model import model_faults
from app.content.checks.references import reference_faults
from app.content.checks.structure import structure_faults
from app.content.checks.wording import wording_faults
from app.content.examples import example_faults
from app.content.resolution import DRAFT, resolve
from app.content.sources import Sources
from app.errors import Fault
from scoring.questionnaire import Questionnaire

__all__ = ["check", "release_faults"]


def check(sources: Sources, releases: Iterable[Questionnaire] = ()) -> list[Fault]:
    """Every fault of the data, in the order of the files. Structure is looked at only where the references hold."""
    faults = [*sources.faults, *model_faults(sources), *reference_faults(sources), *wording_faults(sources)]
    if not faults:
        faults += [*structure_faults(sources), *likeness_faults(sources), *example_faults(sources)]
    if not faults:
        faults += _differing_releases(sources, releases)
    return sorted(faults, key=lambda fault: (str(fault.file), fault.line))


def _differing_releases(sources: Sources, releases: Iterable[Questionnaire]) -> list[Fault]:
    """A version that is released and written differently in the sources: the next one needs a number of its own."""
    faults = []
    released = {(q.id, q.version): q for q in releases}
    for agency in sources.agencies.values():
        release = released.get((agency.id, agency.version))
        if release is None:
            continue
        draft = resolve(sources, agency.id)
        same = draft.model_copy(update={"version": draft.version.removesuffix(DRAFT), "draft": False}).sealed()
        if same.hash != release.hash:
            what = f"{agency.id} {agency.version} is released, and this text (or what it refers to) has changed since."
            faults.append(sources.place("agency", agency.id).fault(what, "Raise the version.", "version"))
    return faults
