"""Programs that fill in assessments as browsers do, fast and several at once: all that those tests say over HTTP.

A `Filler` is one person’s browser, with its cookies; a `Sheet` is a section’s page that stays open in one of its tabs.
Every field that a page’s form holds, whatever it is for, is posted along with the answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from lxml import html

from app.forms import fingerprint
from scoring.answers import Answer
from scoring.questionnaire import UNANSWERED
from tests.people import COOKIE


@dataclass
class Sheet:
    """An open page of a section: where it is posted to, its fields as they stand, and the options of each question."""

    path: str
    fields: dict[str, str]
    options: dict[str, list[str]]

    @property
    def answers(self) -> dict[str, Answer]:
        """The answers that the page shows."""
        return {question: self._answer(question) for question in self.options}

    def _answer(self, question: str) -> Answer:
        return Answer(self.fields.get(f"answer.{question}", UNANSWERED), self.fields[f"note.{question}"])

    def mark(self, question: str, answer: Answer) -> None:
        """Choose an option and write a note, without saving."""
        self.fields |= {f"answer.{question}": answer.option, f"note.{question}": answer.note}

    def saved(self) -> None:
        """What is marked was saved: each question that was changed is based on its next version."""
        for question, answer in self.answers.items():
            version, _, shown = self.fields[f"version.{question}"].partition("-")
            if fingerprint(answer) != shown:
                self.fields[f"version.{question}"] = f"{int(version) + 1}-{fingerprint(answer)}"


class Filler:
    """One person at a server."""

    def __init__(self, address: str, token: str) -> None:
        """`token`: of the session that the person has."""
        self.client = httpx.Client(base_url=address, headers={"Origin": address}, timeout=30)
        self.client.cookies.set(COOKIE, token)

    def begin(self, agency: str) -> str:
        """Start an assessment and return its address."""
        path = f"/agencies/{agency}/start/about"
        about = {"organisation": "Harbour Office", "scope_kind": "post", "scope_words": "small harbour", "way": "alone"}
        reply = self.client.post(path, data=self._form(path) | about)
        assert reply.status_code == 303, reply.status_code
        return reply.headers["location"]

    def sections(self, assessment: str) -> list[str]:
        """The addresses of its sections’ pages."""
        links = html.fromstring(self._page(assessment)).xpath("//main//a/@href")
        return [link for link in links if link.startswith(f"{assessment}/sections/")]

    def open(self, section: str) -> Sheet:
        """Open a section’s page in a new tab."""
        page = html.fromstring(self._page(section))
        radios = "//input[@type='radio'][starts-with(@name, 'answer.')]"
        names = dict.fromkeys(page.xpath(f"{radios}/@name"))
        options = {name.partition(".")[2]: page.xpath(f"{radios}[@name=$n]/@value", n=name) for name in names}
        return Sheet(section, _fields(page), options)

    def post(self, sheet: Sheet, answers: Mapping[str, Answer]) -> httpx.Response:
        """Mark these answers and save the page; what a redirect acknowledges is what the page then is based on."""
        for question, answer in answers.items():
            sheet.mark(question, answer)
        reply = self.client.post(sheet.path, data=sheet.fields | {"then": "list"})
        if reply.status_code == 303:
            sheet.saved()
        return reply

    def _form(self, path: str) -> dict[str, str]:
        return _fields(html.fromstring(self._page(path)))

    def _page(self, path: str) -> str:
        reply = self.client.get(path)
        assert reply.status_code == 200, f"{path} answered {reply.status_code}"
        return reply.text


def settled(reply: httpx.Response, question: str) -> dict[str, str]:
    """What a reply puts side by side for a question: `saved` and `mine`, in words; nothing where it puts none."""
    labels = html.fromstring(reply.text).xpath("//label[starts-with(@for, $settle)]", settle=f"settle-{question}-")
    return {label.get("for").rpartition("-")[2]: " ".join(label.text_content().split()) for label in labels}


def _fields(page: html.HtmlElement) -> dict[str, str]:
    form = next(form for form in page.forms if form.method == "POST" and form.xpath(".//ancestor::main"))
    areas = {area.name for area in form.iter("textarea")}
    # As HTML has it, and lxml has not: the line break that a text area begins with is none of its text.
    return {name: value.removeprefix("\n") if name in areas else value for name, value in form.form_values()}
