"""Somebody who answers without an account: a browser without a screen whose pages are the answers to its forms."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from lxml import html

from tests.page import Site

ABOUT = {"organisation": "Harbour Office", "scope_kind": "post", "scope_words": "small harbour", "way": "alone"}
WORK = {"answer.passage_alone": "option_0", "answer.roster_drawn": "operating", "answer.papers_kept": "absent"}
HOUSES = {"answer.house_hidden": "unknown", "answer.names_recur": "option_0"}


class Walker(Site):
    """Presses the buttons of a draft’s pages as a browser does: to the button’s address, as its form says."""

    def press(self, words: str, status: int = 200, **changes: str | None) -> html.HtmlElement:
        """Press the first button with these words, with some fields changed (dots as two underscores)."""
        return self._arrive(self.reply(words, **changes), status)

    def reply(self, words: str, **changes: str | None) -> httpx.Response:
        """What a button answers, page or file."""
        button = self.button(words)
        form = next(button.iterancestors("form"))
        fields = {name: value for name, value in form.form_values() if isinstance(value, str)}
        fields |= {name.replace("__", "."): value for name, value in changes.items()}
        if button.get("name"):
            fields[button.get("name")] = button.get("value", "")
        return self.post_form(button.get("formaction") or form.action, fields, form.get("enctype", ""))

    def button(self, words: str) -> html.HtmlElement:
        found = [b for b in self.page.xpath("//main//button") if words in " ".join(b.text_content().split())]
        assert found, f"No button says “{words}” on {self.url}."
        return found[0]

    def post_form(
        self, action: str, fields: Mapping[str, str | None], enctype: str = "", files: Any = None
    ) -> httpx.Response:
        sent = {name: value for name, value in fields.items() if value is not None}
        address = urlsplit(urljoin(self.url, action))._replace(fragment="").geturl()
        if enctype == "multipart/form-data":
            return self.client.post(
                address, files={**{name: (None, value) for name, value in sent.items()}, **(files or {})}
            )
        return self.client.post(address, data=sent)

    def give(self, text: str | bytes, status: int = 200, name: str = "plumbline-draft-small.json") -> html.HtmlElement:
        """Give a file at the page for it."""
        self.get("/draft")
        form = self.form("/draft")
        assert form.get("enctype") == "multipart/form-data" and self.page.xpath("//input[@type='file']/@name") == [
            "file"
        ]
        fields = {field: value for field, value in form.form_values() if isinstance(value, str) and field != "file"}
        data = text.encode() if isinstance(text, str) else text
        files = {"file": (name, data, "application/json")}
        return self._arrive(self.post_form("/draft", fields, "multipart/form-data", files), status)

    def begin(self, agency: str = "small") -> None:
        """From the agency’s page to the list of sections."""
        self.get(f"/agencies/{agency}")
        self.follow("Answer without an account")
        self.press("Continue")
        self.press("Continue", **ABOUT)

    def answer_everything(self) -> None:
        """From the list to the list, with everything answered."""
        self.press("About your work and your country")
        self.press("Continue", fact__runs_houses="yes")
        self.press("Continue", **{name.replace(".", "__"): value for name, value in WORK.items()})
        self.press("Continue", **{name.replace(".", "__"): value for name, value in HOUSES.items()})
        self.press("Return to the list")

    @property
    def draft(self) -> dict[str, Any]:
        """What the page carries along."""
        found: dict[str, Any] = json.loads(self.page.xpath("string(//input[@name='draft']/@value)"))
        return found

    @property
    def heading(self) -> str:
        return self.text("//h1")

    def marked(self, question: str) -> tuple[str, str]:
        """The option and the note that the page shows for a question."""
        fields = dict(self.form("/draft/").form_values())
        return str(fields.get(f"answer.{question}", "")), str(fields[f"note.{question}"])

    def saved(self) -> dict[str, Any]:
        """The file that the page’s button saves."""
        reply = self.reply("Save the draft as a file")
        assert reply.status_code == 200 and reply.headers["content-disposition"].startswith("attachment")
        found: dict[str, Any] = json.loads(reply.content)
        return found
