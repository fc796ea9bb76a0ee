"""Checks of typography and length: quotes and dashes are typographic, and no question runs over its limit."""

import re
from collections.abc import Iterator

from app.content.checks.references import placed_questions
from app.content.source_files import Data, Where
from app.content.sources import Sources
from app.errors import Fault

LONGEST_QUESTION = 40  # words
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
    return faults + list(_long_questions(sources))


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
