"""A report as its sections read it: the value, its answers checked once, words for figures, bands and answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from gettext import NullTranslations
from typing import Protocol

from app.i18n import languages, translations
from app.lanes import efforts, lanes
from app.reports.figures import figure
from scoring.answers import Answer, Answers, read_answers
from scoring.questionnaire import (
    NOT_APPLICABLE,
    PREFER_NOT_TO_SAY,
    UNANSWERED,
    UNKNOWN,
    Effort,
    Option,
    Question,
    Questionnaire,
    RiskModel,
    Scenario,
)
from scoring.recommendations import Lane
from scoring.report import Report, raised_impacts
from scoring.result import Banded, ChainResult, RecommendationResult, Result, ScenarioResult, by_lane


class Translator(Protocol):
    """What a report needs of a gettext catalogue."""

    def gettext(self, message: str, /) -> str:
        """A message in the reader’s language."""

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        """A message in the form that a number asks for."""


def translator(language: str) -> Translator:
    """The catalogue of a language; where there is none, the words stay as they are in English."""
    return translations(language) if language in languages() else NullTranslations()


class TwoEnds(Protocol):
    """What is needed of a score to say its band."""

    @property
    def certain(self) -> bool:
        """Whether both ends and the stress test give the same band, and enough is known."""

    @property
    def band(self) -> str:
        """At the worst end."""

    @property
    def band_best(self) -> str:
        """At the best end."""

    @property
    def band_stressed(self) -> str:
        """At the worst end, with what was called not applicable."""


def band_words(words: Translator, banded: TwoEnds, titles: Mapping[str, str], too_little_known: bool) -> str:
    """The band where it is certain, else both ends’ bands, or up to which one it may reach; `titles` by id."""
    _ = words.gettext
    worst, best = (titles.get(band, band) for band in (banded.band, banded.band_best))
    if banded.certain:
        return worst
    if too_little_known:
        said = _("up to %(band)s: too little known") % {"band": worst}
    else:
        said = worst if best == worst else _("%(low)s to %(high)s") % {"low": best, "high": worst}
    if banded.band_stressed != banded.band:
        stressed = titles.get(banded.band_stressed, banded.band_stressed)
        said = _("%(bands)s (stress test: %(band)s)") % {"bands": said, "band": stressed}
    return said


@dataclass(frozen=True)
class Reading:
    """One report in one language."""

    report: Report
    translator: Translator

    def _(self, message: str, **values: object) -> str:
        """A translated text with its values."""
        text = self.translator.gettext(message)
        return text % values if values else text

    def ngettext(self, singular: str, plural: str, number: int, **values: object) -> str:
        """A translated text that depends on a number, which it names `num`."""
        return self.translator.ngettext(singular, plural, number) % {"num": number, **values}

    @property
    def questionnaire(self) -> Questionnaire:
        """The questionnaire inside the report."""
        return self.report.questionnaire

    @property
    def result(self) -> Result:
        """The figures inside the report."""
        return self.report.result

    @property
    def model(self) -> RiskModel:
        """The risk model inside the report."""
        return self.questionnaire.risk_model

    @cached_property
    def answers(self) -> Answers:
        """The answers, checked. Raises InvalidAnswers."""
        given = {question: Answer(a.option, a.note) for question, a in self.report.answers.items()}
        return read_answers(self.questionnaire, self.report.profile, given, raised_impacts(self.report.impacts))

    @cached_property
    def question_code(self) -> dict[str, str]:
        """Q1, Q2 … in the order of the form, the same in every report of this version."""
        return {q.id: f"Q{i}" for i, q in enumerate(self.questionnaire.questions, 1)}

    @cached_property
    def scenario_code(self) -> dict[str, str]:
        """S1, S2 … in the order of chains and stages, the same in every report of this version."""
        ordered = [
            s
            for chain in self.questionnaire.chains
            for stage in chain.stages
            for s in self.questionnaire.scenarios
            if s.chain == chain.id and s.stage == stage.id
        ]
        return {s.id: f"S{i}" for i, s in enumerate(ordered, 1)}

    @cached_property
    def action_code(self) -> dict[str, str]:
        """A1, A2 … in the order of the action plan."""
        return {r.id: f"A{i}" for i, r in enumerate(self.in_lanes, 1)}

    @cached_property
    def lanes(self) -> dict[Lane, str]:
        """The lanes' names, in the order of the report."""
        return lanes(self.translator)

    @cached_property
    def in_lanes(self) -> list[RecommendationResult]:
        """The recommendations to the agency, lane by lane, in each by rank."""
        return by_lane(self.result.recommendations or ())

    @cached_property
    def scenario_result(self) -> dict[str, ScenarioResult]:
        """The figures of the open scenarios."""
        return {s.id: s for s in self.result.scenarios}

    @cached_property
    def open_in_order(self) -> list[Scenario]:
        """The open scenarios in the order of chains and stages."""
        return [self.questionnaire.scenario[s] for s in self.scenario_code if s in self.scenario_result]

    def chain_title(self, chain: str) -> str:
        """A chain's name; `overall` is one here."""
        if chain == "overall":
            return self._("Overall")
        return next((c.title for c in self.questionnaire.chains if c.id == chain), chain)

    def stage_title(self, stage: str) -> str:
        """A stage's name."""
        return next((s.title for c in self.questionnaire.chains for s in c.stages if s.id == stage), stage)

    def figure(self, value: float) -> str:
        """A score as it is printed."""
        return figure(value, self.model)

    def interval(self, interval: tuple[float, float]) -> str:
        """An interval as it is printed."""
        low, high = self.figure(interval[0]), self.figure(interval[1])
        return low if low == high else self._("%(low)s to %(high)s", low=low, high=high)

    def inherent(self, scenario: ScenarioResult) -> str:
        """An inherent risk as it is printed: it has no band, so no cut is near."""
        low, high = (f"{end:.1f}" for end in scenario.inherent)
        return low if low == high else self._("%(low)s to %(high)s", low=low, high=high)

    def band_title(self, band: str) -> str:
        """A band's name."""
        return next((b.title for b in self.model.bands if b.id == band), band)

    def band_place(self, band: str) -> int:
        """A band's place, 0 the lowest."""
        return next((i for i, b in enumerate(self.model.bands) if b.id == band), 0)

    def too_little_known(self, chain: ChainResult) -> bool:
        """Whether more of a chain is unknown than its band could rest on."""
        return round(chain.unknown_share, int(self.model.compare_decimals.value)) > self.model.too_little_known.value

    def band_words(self, banded: Banded) -> str:
        """The band where it is certain, else both ends’ bands, or up to which one it may reach."""
        vague = any(self.too_little_known(chain) for chain in self._chains_of(banded))
        titles = {band.id: band.title for band in self.model.bands}
        return band_words(self.translator, banded, titles, vague)

    def _chains_of(self, banded: Banded) -> Iterable[ChainResult]:
        if isinstance(banded, ChainResult):
            return [banded]
        return self.result.chains if banded is self.result.overall else []

    def scenario_band(self, scenario: ScenarioResult) -> str:
        """The bands of a scenario's two ends."""
        bands = self.model.bands
        best, worst = (bands[self.model.band(end)].title for end in scenario.residual)
        return worst if best == worst else self._("%(low)s to %(high)s", low=best, high=worst)

    def option_label(self, question: Question, option: str) -> str:
        """What an answer says, in the words of the form."""
        reserved = {
            UNKNOWN: self._("Don’t know"),
            PREFER_NOT_TO_SAY: self._("Prefer not to say"),
            NOT_APPLICABLE: self._("Not applicable"),
            UNANSWERED: self._("Not answered"),
        }
        if option in reserved:
            return reserved[option]
        return next((o.label for o in question.options if o.id == option), option)

    def answer_label(self, question: str) -> str:
        """The answer given to a question, in the words of the form."""
        return self.option_label(self.questionnaire.question[question], self.answers.answer(question).option)

    def worst_option(self, question: Question) -> Option:
        """The option that an unknown answer counts as at the worst end."""
        return question.options[0 if question.kind == "control" else -1]

    @cached_property
    def act_now(self) -> dict[str, str]:
        """By question, what an answer asks to be done at once."""
        called = {}
        for question in self.answers.asked:
            answer = self.answers.answer(question.id).option
            option = next((option for option in question.options if option.id == answer), None)
            if option and option.act_now:
                called[question.id] = option.act_now
        return called

    def kind(self, question: Question) -> str:
        """The kind of a question as a word."""
        kinds = {"exposure": self._("Exposure"), "control": self._("Safeguard"), "signal": self._("Signal")}
        return kinds[question.kind]

    def effort(self, effort: Effort) -> str:
        """An effort class as a word."""
        return efforts(self.translator)[effort]

    def day(self) -> tuple[int, int, int] | None:
        """The report's date as year, month and day, where it was written as one."""
        try:
            written = date.fromisoformat(self.report.about.date.strip())
        except ValueError:
            return None
        return written.year, written.month, written.day

    def evidence(self, ids: Iterable[str]) -> str:
        """Sources by the ids under which the list of sources has them."""
        return ", ".join(ids)
