"""Checks of typography and plain language: quotes and dashes, the length of questions and sentences, abbreviations."""

import re
from collections.abc import Iterator

from app.content.checks.references import placed_questions
from app.content.source_files import Data, SourceFile, Where
from app.content.sources import Sources
from app.errors import Fault

LONGEST_QUESTION = 40  # words
LONGEST_SENTENCE = 50  # words; one with lists and semicolons counts as one
MEAN_SENTENCE = 20  # words, over a file
_CITED = ("evidence", "sources.yaml")  # what the sources say has its own length
_SENTENCE_END = re.compile(r"(?<=[.?!])[”’)]*\s+")
_WORD = re.compile(r"[\w’–-]+")
_ABBREVIATION = re.compile(r"\b[A-Z]{2,}\b")
_MARKS = {
    '"': ("A straight quote stands in the text.", "Use “ and ”."),
    "'": ("A straight apostrophe stands in the text.", "Use ’."),
    "—": ("An em dash stands in the text.", "Use an en dash between spaces ( – )."),
    "--": ("Two hyphens stand for a dash.", "Use an en dash between spaces ( – )."),
    "...": ("Three dots stand for an ellipsis.", "Use …, or end the sentence."),
    "  ": ("Two spaces stand side by side.", "Keep one."),
}
_MARKUP = re.compile(r"<[a-zA-Z/!]|\{\{|\{%|`")


def wording_faults(sources: Sources) -> list[Fault]:
    """Faults of every text of the catalogue."""
    files = {place.file.path: place.file for place in sources.places.values()}
    faults = []
    for file in files.values():
        for where, text in _texts(file.data, ()):
            for mark, (what, remedy) in _MARKS.items():
                if mark in text:
                    faults.append(file.fault(where, what, remedy))
            if _MARKUP.search(text):
                faults.append(file.fault(where, "Markup stands in the text.", "The data hold words only."))
        if not any(part in _CITED for part in file.path.parts[-2:]):
            faults += _long_sentences(file)
    return [*faults, *_long_questions(sources), *_abbreviations(sources)]


def _long_sentences(file: SourceFile) -> Iterator[Fault]:
    """A text of fewer than three words is an id or a number."""
    lengths = [
        (len(_WORD.findall(sentence)), where)
        for where, text in _texts(file.data, ())
        for sentence in _SENTENCE_END.split(text)
    ]
    lengths = [(words, where) for words, where in lengths if words > 2]
    for words, where in lengths:
        if words > LONGEST_SENTENCE:
            yield file.fault(where, f"A sentence has {words} words.", f"Use at most {LONGEST_SENTENCE}; make it two.")
    mean = sum(words for words, _ in lengths) / max(len(lengths), 1)
    if mean >= MEAN_SENTENCE:
        what = f"The sentences of this file have {mean:.1f} words on average."
        yield file.fault((), what, f"Stay under {MEAN_SENTENCE}.")


def _abbreviations(sources: Sources) -> Iterator[Fault]:
    """Each is spelled out where a reader of the questionnaire first meets it, with the short form in brackets."""
    for agency in sources.agencies.values():
        file, spelled = sources.place("agency", agency.id).file, set[str]()
        for where, text in _texts(file.data, ()):
            if (where and where[-1] in ("id", "use")) or "evidence" in where:
                continue
            spelled |= set(re.findall(r"\(([A-Z]{2,})\)", text))
            for short in sorted(set(_ABBREVIATION.findall(text)) - spelled):
                remedy = f"Spell it out here, with “({short})” after it."
                yield file.fault(where, f"“{short}” is not spelled out before.", remedy)
                spelled.add(short)


def _texts(data: Data, where: Where) -> Iterator[tuple[Where, str]]:
    if isinstance(data, str):
        yield where, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*where, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, (*where, index))


def _long_questions(sources: Sources) -> Iterator[Fault]:
    asked = [(question.ask, sources.place("shared question", question.id)) for question in sources.shared.values()]
    for agency in sources.agencies.values():
        asked += [(question.ask, place) for question, place in placed_questions(sources, agency) if question.ask]
    for ask, place in asked:
        words = len(ask.split())
        if words > LONGEST_QUESTION:
            yield place.fault(f"The question has {words} words.", f"Ask in at most {LONGEST_QUESTION}.", "ask")
