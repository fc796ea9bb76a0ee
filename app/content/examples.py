"""Examples: for each agency one complete set of answers of an organisation that is invented, for a report to show."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from app.content.authoring import Authored, Text
from app.content.source_files import SourceFile, read_source
from app.content.sources import Sources
from app.errors import ContentError, Fault
from scoring.answers import Answer, read_answers
from scoring.errors import InvalidAnswers
from scoring.questionnaire import Id, Questionnaire
from scoring.report import About, Given

INVENTED = " (invented)"


class Example(Authored):
    """One set of answers, and what it is about."""

    about: About
    profile: dict[Id, bool]
    answers: dict[Id, Text | Given]

    @property
    def given(self) -> dict[str, Answer]:
        """The answers as the rules take them."""
        return {
            question: Answer(given) if isinstance(given, str) else Answer(given.option, given.note)
            for question, given in self.answers.items()
        }


@lru_cache
def example(folder: Path, agency: str) -> Example | None:
    """An agency’s example, None where there is none. Raises ContentError."""
    path = folder / "examples" / f"{agency}.yaml"
    return _parsed(read_source(path)) if path.exists() else None


def example_faults(sources: Sources, drafts: Mapping[str, Questionnaire]) -> Iterator[Fault]:
    """Each example is of an agency, is invented and says so, and answers everything that is asked."""
    for path in sorted(sources.folder.glob("examples/*.yaml")):
        try:
            file = read_source(path)
            found = _parsed(file)
        except ContentError as error:
            yield from error.faults
            continue
        if path.stem not in sources.agencies:
            yield file.fault((), f"There is no agency “{path.stem}”.", "Name the file as the agency’s.")
            continue
        if not found.about.organisation.endswith(INVENTED):
            yield file.fault(("about", "organisation"), "The organisation is not marked.", f"End it with “{INVENTED}”.")
        try:
            answers = read_answers(drafts[path.stem], found.profile, found.given)
        except InvalidAnswers as error:
            for problem in error.problems:
                remedy = "Bring it into line with the agency’s file."
                yield file.fault(tuple(problem.pointer.strip("/").split("/")), problem.message, remedy)
            continue
        for name in (*answers.missing_facts, *(question.id for question in answers.unanswered)):
            yield file.fault((), f"“{name}” is not answered.", "An example answers everything that is asked.")


def _parsed(file: SourceFile) -> Example:
    try:
        return TypeAdapter(Example).validate_python(file.data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = tuple(part for part in first["loc"] if part not in ("str", "Given"))
        fault = file.fault(where, f"{first['msg']}.", "README.md says what an example holds.")
        raise ContentError([fault]) from error
