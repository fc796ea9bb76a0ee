"""The body of a scoring call, from its bytes straight to a checked value, with a pointer to everything that is wrong.

Pydantic reads the bytes in one go; of two equal keys it takes the last silently. So keys are counted: a body whose
text has more of them than its value is parsed once more, slowly, to name the duplicates.
"""

import json
import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import ValidationError

from app.api_models import AnswerSet, ScoreRequest
from app.errors import BadRequest
from scoring.answers import Answer
from scoring.errors import InvalidAnswers, Problem
from scoring.report import Given

Sent = TypeVar("Sent", bound=AnswerSet)
_STRING_AND_COLON = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"[ \t\n\r]*(:?)', re.DOTALL)


def read_score_body(body: bytes) -> ScoreRequest:
    """Raises BadRequest for what is not JSON in UTF-8, InvalidAnswers for wrong types, unknown and duplicate keys."""
    return read_body(ScoreRequest, body)


def read_body(shape: type[Sent], body: bytes) -> Sent:
    """Answers with what is asked about them. Raises as `read_score_body`."""
    try:
        request = shape.model_validate_json(body)
    except ValidationError as error:
        raise _refusal(body, error) from None
    keys = _keys(request)
    # As many colons as keys: each key has its own and there is no other. More may also stand within strings.
    if body.count(b":") != keys and _STRING_AND_COLON.findall(body).count(b":") != keys:
        raise InvalidAnswers(_duplicates(body))
    return request


def given_answers(request: AnswerSet) -> dict[str, Answer]:
    """The answers as the rules take them."""
    plain = _WithoutNote()
    return {
        question: plain[given] if isinstance(given, str) else Answer(given.option, given.note)
        for question, given in request.answers.items()
    }


class _WithoutNote(dict[str, Answer]):
    """Answers by option, each made once."""

    def __missing__(self, option: str) -> Answer:
        answer = self[option] = Answer(option)
        return answer


def _keys(request: AnswerSet) -> int:
    said = getattr(request, "about", None)
    about = said.model_fields_set if said else ()
    within = sum([len(given.model_fields_set) for given in request.answers.values() if type(given) is Given])
    raised = sum([1 + len(impact.model_fields_set) for impact in request.impacts.values()])
    return len(request.model_fields_set) + len(about) + len(request.profile) + len(request.answers) + within + raised


class _Pairs(list[tuple[str, object]]):
    """An object with all its keys."""


def _duplicates(body: bytes) -> list[Problem]:
    message = "This key stands here more than once; keep one."
    found = _repeated(json.loads(body, object_pairs_hook=_Pairs), "")
    return [Problem(pointer, "duplicate_key", message) for pointer in dict.fromkeys(found)]


def _repeated(value: object, where: str) -> Iterator[str]:
    if not isinstance(value, _Pairs):
        return
    seen = set()
    for key, below in value:
        pointer = f"{where}/{_escaped(key)}"
        if key in seen:
            yield pointer
        seen.add(key)
        yield from _repeated(below, pointer)


def _refusal(body: bytes, error: ValidationError) -> Exception:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as broken:
        return BadRequest(f"The body is not UTF-8 (byte {broken.start}).")
    problems: dict[str, Problem] = {}
    for item in error.errors(include_url=False, include_input=False):
        if item["type"] == "json_invalid":
            return BadRequest(f"The body is not JSON: {item['ctx']['error']}.")
        where, branch, message = item["loc"], "", item["msg"]
        if where[:1] == ("answers",) and len(where) > 2:
            branch = str(where[2])
            where = (*where[:2], *where[3:])
        if item["type"] == "model_type" or branch == "str":
            message = "An answer is the id of an option, or an object with “option” and “note”."
        pointer = "".join(f"/{_escaped(str(part))}" for part in where if part != "[key]")
        code = {"extra_forbidden": "unknown_key", "missing": "missing_key"}.get(item["type"], "wrong_type")
        problems[pointer] = Problem(pointer, code, message)
    return InvalidAnswers([p for p in problems.values() if not _is_covered(p.pointer, problems)])


def _is_covered(pointer: str, problems: dict[str, Problem]) -> bool:
    """Whether a problem deeper in the same answer says it better: both branches of a union complain."""
    return any(other.startswith(f"{pointer}/") for other in problems)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
