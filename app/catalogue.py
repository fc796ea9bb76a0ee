"""questionnaires/ as an immutable Catalogue: each agency's releases and draft, resolved into one questionnaire each."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from app.content.checks import check
from app.content.locales import ContentLocale, read_content_locales, translated
from app.content.resolution import DRAFT, resolve
from app.content.sources import read_sources
from app.errors import ContentError, Fault, NotFound
from scoring.engine import Instrument
from scoring.questionnaire import Questionnaire

_VERSION = re.compile(rb"^version: *([^ \n]+)", re.MULTILINE)


@dataclass(frozen=True)
class Catalogue:
    """Every version of every agency's questionnaire; `versions` go from the oldest release to the draft."""

    instruments: Mapping[str, Mapping[str, Instrument]]
    locales: Mapping[str, ContentLocale] = field(default_factory=dict)

    @cached_property
    def latest(self) -> dict[str, Instrument]:
        """By agency, the newest release, or the draft where there is none."""
        return {agency: self._newest(versions.values()) for agency, versions in self.instruments.items()}

    @staticmethod
    def _newest(versions: Iterable[Instrument]) -> Instrument:
        *_, last = sorted(versions, key=lambda i: (not i.questionnaire.draft, _order(i.questionnaire.version)))
        return last

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

    def is_released(self, questionnaire: Questionnaire) -> bool:
        """Whether exactly this text is one of the releases."""
        known = self.instruments.get(questionnaire.id, {}).get(questionnaire.version)
        return known is not None and not known.questionnaire.draft and known.questionnaire.hash == questionnaire.hash


def open_catalogue(folder: Path, drafts: bool = True) -> Catalogue:
    """The catalogue of a folder: its releases, and the drafts of versions not yet released. Raises ContentError."""
    releases, locales = read_releases(folder), read_content_locales(folder)
    pending = _pending(folder, releases) if drafts else []
    if not pending:
        return load_catalogue(releases, (), locales)
    sources = read_sources(folder)
    if faults := check(sources):
        raise ContentError(faults)
    return load_catalogue(releases, [resolve(sources, agency) for agency in pending], locales)


def _pending(folder: Path, releases: Iterable[Questionnaire]) -> list[str]:
    """Agencies whose file states a version that is not released. Only that line is read: a start shall be quick."""
    released = {(q.id, q.version) for q in releases}
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
        remedy = "A release is never edited: restore the file, and release a higher version."
        try:
            questionnaire = Questionnaire.model_validate_json(path.read_bytes())
        except ValidationError as error:
            faults.append(
                Fault(path, 1, "", f"This is not a released questionnaire: {error.errors()[0]['msg']}.", remedy)
            )
            continue
        if questionnaire.hash != questionnaire.content_hash():
            faults.append(
                Fault(path, 1, "hash", "The content does not have the hash that it was released with.", remedy)
            )
        elif (questionnaire.id, questionnaire.version) != (path.parent.name, path.stem) or questionnaire.draft:
            faults.append(Fault(path, 1, "version", "The file’s name is not that of the release in it.", remedy))
        else:
            releases.append(questionnaire)
    if faults:
        raise ContentError(faults)
    return sorted(releases, key=lambda q: (q.id, _order(q.version)))


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
