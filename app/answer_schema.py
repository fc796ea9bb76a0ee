"""The JSON Schema (draft 2020-12) of a set of answers to one questionnaire, as the scoring API takes it."""

from typing import Any

from scoring.answers import HIGHEST_IMPACT, NOTE_LIMIT
from scoring.questionnaire import NOT_APPLICABLE, RESERVED, Question, Questionnaire, Scenario
from scoring.report import About
from scoring.result import EVERYTHING

Schema = dict[str, Any]
_A_WORD = r"\S"


def answer_schema(questionnaire: Questionnaire) -> Schema:
    """Exactly what is accepted: the options of each question, and a note wherever one must be given."""
    line = {"type": "string", "maxLength": 400}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Answers to {questionnaire.id} {questionnaire.version}",
        "type": "object",
        "required": ["questionnaire"],
        "additionalProperties": False,
        "properties": {
            "questionnaire": {"const": questionnaire.id},
            "version": {"enum": [questionnaire.version, None]},
            "about": _closed(dict.fromkeys(About.model_fields, line)) | {"type": ["object", "null"]},
            "profile": _closed({f.id: {"type": "boolean", "title": f.ask} for f in questionnaire.profile}),
            "answers": _closed({q.id: _answer(q) for q in questionnaire.questions}),
            "impacts": _closed(
                {s.id: _raised(s) for s in questionnaire.scenarios if s.impact.largest < HIGHEST_IMPACT}
            ),
            "include": {"type": ["array", "null"], "items": {"enum": list(EVERYTHING)}},
        },
        "$defs": {"note": {"type": "string", "maxLength": NOTE_LIMIT}},
    }


def _closed(properties: Schema) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _raised(scenario: Scenario) -> Schema:
    """An impact above that of the questionnaire, and why."""
    value = {"type": "integer", "minimum": scenario.impact.largest + 1, "maximum": HIGHEST_IMPACT}
    reason = {"type": "string", "maxLength": NOTE_LIMIT, "pattern": _A_WORD}
    return _closed({"value": value, "reason": reason}) | {"required": ["value", "reason"], "title": scenario.title}


def _answer(question: Question) -> Schema:
    options = [*question.level_of, *(o for o in RESERVED if o != NOT_APPLICABLE or question.not_applicable)]
    with_note = [option for option in options if option in (NOT_APPLICABLE, question.needs_note)]
    without_note = [option for option in options if option not in with_note]
    fields: Schema = {"option": {"enum": options}, "note": {"$ref": "#/$defs/note"}}
    given = _closed(fields) | {"required": ["option"]}
    if with_note:
        given["if"] = {"properties": {"option": {"enum": with_note}}}
        given["then"] = {"required": ["note"], "properties": {"note": {"pattern": _A_WORD}}}
    return {"title": question.ask, "anyOf": [{"enum": without_note}, given]}
