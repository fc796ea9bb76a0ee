"""What an assessment is about and how it is answered: asked at its start, printed on its report, never scored."""

import json
from collections.abc import Mapping
from datetime import datetime
from gettext import NullTranslations
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from scoring.report import About

FIRST_LINES = "first lines"  # what the words in a trail belong to
_COLUMNS = (
    *("about_organisation", "scope_kind", "scope_words", "sittings", "people", "levels"),
    *("outside_moderator", "alone", "legal_adviser_asked"),
)
ScopeKind = Literal["post", "region", "service"]


def first_lines(columns: Mapping[str, Any]) -> str:
    """What an assessment is about as its trail keeps it, from the columns of its row."""
    return json.dumps({name: columns[name] for name in _COLUMNS}, ensure_ascii=False)


class StartedAbout(BaseModel):
    """The answers to the questions before the first one. `scope_words` names a post by its type only, never a place.

    For the whole service `scope_words` is the weakest post, for which everything is answered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    organisation: str = Field(min_length=1, max_length=200)
    scope_kind: ScopeKind
    scope_words: str = Field(default="", max_length=200)
    sittings: int = Field(default=1, ge=1, le=99)
    people: int = Field(default=1, ge=1, le=999)
    levels: str = Field(default="", max_length=200)
    outside_moderator: bool = False
    alone: bool = False
    legal_adviser_asked: bool = False

    def lines(self, when: datetime, words: NullTranslations) -> About:
        """The lines of a report, in the language of `words`."""
        return About(
            organisation=self.organisation,
            scope=self._scope(words),
            answered_by=self._answered_by(words),
            date=when.date().isoformat(),
        )

    def _scope(self, words: NullTranslations) -> str:
        _ = words.gettext
        if self.scope_kind == "service":
            weakest = _("whole service, answered for its weakest post: {post}").format(post=self.scope_words)
            return weakest if self.scope_words else _("whole service")
        scope = _("one post") if self.scope_kind == "post" else _("one region")
        return f"{scope}: {self.scope_words}" if self.scope_words else scope

    def _answered_by(self, words: NullTranslations) -> str:
        _, n_ = words.gettext, words.ngettext
        sittings = n_("{count} sitting", "{count} sittings", self.sittings).format(count=self.sittings)
        if self.alone:
            parts = [sittings, _("one person at a desk")]
        else:
            parts = [sittings, n_("{count} person", "{count} people", self.people).format(count=self.people)]
        if self.levels:
            parts[-1] += f" ({self.levels})"
        if not self.alone:
            parts.append(_("outside moderator") if self.outside_moderator else _("no outside moderator"))
        parts.append(_("a legal adviser was asked") if self.legal_adviser_asked else _("no legal adviser was asked"))
        return ", ".join(parts)
