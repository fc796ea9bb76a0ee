"""The checks of questionnaires/: that every reference resolves, then that each questionnaire can be scored.

Each check has a bad file in tests/bad/ that it refuses, with the words of the fault.
"""

from collections.abc import Iterable, Iterator, Mapping

from app.content.checks.completeness import release_faults
from app.content.checks.likeness import likeness_faults
from app.content.checks.model import model_faults
from app.content.checks.references import reference_faults
from app.content.checks.structure import structure_faults
from app.content.checks.wording import wording_faults
from app.content.examples import example_faults
from app.content.resolution import DRAFT, resolve
from app.content.sources import Sources
from app.errors import ContentError, Fault
from scoring.questionnaire import Questionnaire

__all__ = ["check", "release_faults", "sound_drafts"]


def check(sources: Sources, releases: Iterable[Questionnaire] = ()) -> list[Fault]:
    """Every fault of the data, in the order of the files. Structure is looked at only where the references hold."""
    faults = [*_faults_of_shape(sources), *wording_faults(sources)]
    if not faults:
        drafts = _drafts(sources, sources.agencies)
        faults += structure_faults(sources, drafts)
        faults += [*likeness_faults(sources), *example_faults(sources, drafts)]
        if not faults:
            faults += _differing_releases(sources, releases, drafts)
    return _in_order(faults)


def sound_drafts(sources: Sources, agencies: Iterable[str]) -> dict[str, Questionnaire]:
    """Some agencies’ drafts, by id, checked as far as asking and scoring rest on it (words are checked by `check`).

    Raises ContentError.
    """
    faults = _faults_of_shape(sources)
    if not faults:
        drafts = _drafts(sources, agencies)
        faults = structure_faults(sources, drafts)
    if faults:
        raise ContentError(_in_order(faults))
    return drafts


def _faults_of_shape(sources: Sources) -> list[Fault]:
    return [*sources.faults, *model_faults(sources), *reference_faults(sources)]


def _drafts(sources: Sources, agencies: Iterable[str]) -> dict[str, Questionnaire]:
    return {agency: resolve(sources, agency) for agency in agencies}


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (str(fault.file), fault.line))


def _differing_releases(
    sources: Sources, releases: Iterable[Questionnaire], drafts: Mapping[str, Questionnaire]
) -> Iterator[Fault]:
    """A version that is released and written differently in the sources: the next one needs a number of its own."""
    released = {(q.id, q.version): q for q in releases}
    for agency in sources.agencies.values():
        release, draft = released.get((agency.id, agency.version)), drafts[agency.id]
        if release is None:
            continue
        same = draft.model_copy(update={"version": draft.version.removesuffix(DRAFT), "draft": False}).sealed()
        if same.hash != release.hash:
            what = f"{agency.id} {agency.version} is released, and this text (or what it refers to) has changed since."
            yield sources.place("agency", agency.id).fault(what, "Raise the version.", "version")
