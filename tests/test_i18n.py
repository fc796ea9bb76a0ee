"""Every word of the interface goes through the catalogues, and the English one holds them all."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from lxml import html

from app import i18n, templating
from app.catalogue import Catalogue
from app.content.documents import documents
from app.settings import PROJECT
from tests.drafts import ABOUT, Walker
from tests.page import Site
from tests.routes.test_assessments import answer_everything, begun, save
from tests.serving import served
from tests.words import used

OPEN, CLOSE = "⟦", "⟧"
NAMES = {"Plumbline", "PDF", "JSON", "plumbline verify report.pdf", "plumbline verify report.json"}
SYMBOLS = r"sha256:\w+|\b[A-Z]{2}\b"  # a fingerprint, and what a formula calls its terms


def english() -> Catalog:
    with (i18n.LOCALES / "en" / "LC_MESSAGES" / "plumbline.po").open("rb") as file:
        return read_po(file)


def test_the_english_catalogue_holds_exactly_the_words_that_are_used() -> None:
    needed = {message.id for message in used() if message.id}
    held = {message.id for message in english() if message.id}
    assert held == needed, "Run python -m tests.words."
    assert len(held) > 200


@pytest.mark.parametrize(
    ("header", "language"),
    [("", "en"), ("en-GB,en;q=0.9", "en"), ("fr;q=0.9, de;q=0.1", "de"), ("de;q=0", "en"), ("xx;q=nonsense,*", "en")],
)
def test_the_language_is_the_best_of_those_that_there_are(pseudo: None, header: str, language: str) -> None:
    assert i18n.negotiate(header) == language


def test_a_word_without_a_translation_stays_english() -> None:
    assert i18n.translations("en").gettext("Nobody translated this") == "Nobody translated this"


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("not a language", "ltr")])
def test_a_page_knows_its_writing_direction(language: str, direction: str) -> None:
    assert i18n.writing_direction(language) == direction


@pytest.fixture
def pseudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language, German by name, in which every word stands in brackets."""
    catalogue = english()
    for message in catalogue:
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            marked = [OPEN + words + CLOSE for words in ids]
            message.string = marked[0] if isinstance(message.id, str) else (marked[0], marked[-1])
            message.flags.discard("fuzzy")
    for language in ("en", "de"):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        with (folder / "plumbline.po").open("wb") as file:
            write_po(file, catalogue if language == "de" else english())
    caches = (i18n.languages, i18n.translations, templating.environment)
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def words_of(value: object) -> set[str]:
    """Every text in a structure; its keys are none."""
    if isinstance(value, dict):
        return words_of(list(value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(words_of, value))
    return {value} if isinstance(value, str) else set()


def untranslated(page: html.HtmlElement, known: list[str]) -> list[str]:
    """Words of a page that stand in no brackets and are none of the known ones (content, names, what was typed)."""
    texts = [
        *page.xpath("//body//text()[not(ancestor::script)] | //title/text()"),
        *page.xpath("//@aria-label | //@alt"),
    ]
    outside, depth = [], 0
    for text in texts:
        piece = ""
        for sign in text:
            depth += (sign == OPEN) - (sign == CLOSE)
            piece += sign if depth == 0 and sign != CLOSE else " "
        outside.append(" ".join(piece.split()))
    assert depth == 0
    found = []
    for piece in outside:
        for words in known:
            if words in piece:
                piece = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", " ", piece)
        if re.search(r"[^\W\d_]{2,}", re.sub(SYMBOLS, "", piece)):
            found.append(piece)
    return found


@pytest.fixture
def here(catalogue: Catalogue, tmp_path: Path) -> Iterator[str]:
    """A server in this process, whose catalogue of words the test exchanges."""
    with served(catalogue, tmp_path, processes=0) as address:
        yield address


def test_no_page_holds_a_word_of_the_interface_that_cannot_be_translated(
    pseudo: None, here: str, catalogue: Catalogue
) -> None:
    site = Site(here, language="de")
    known = {*NAMES, "Harbour Office", "small harbour", "Sample Service", "Draw of May"}
    for agency in ("small", "unfinished", "border_guard"):
        known |= words_of(catalogue.instrument(agency).questionnaire.model_dump())
    known |= words_of([document.model_dump() for document in documents(PROJECT / "questionnaires")])
    ordered = sorted((" ".join(words.split()) for words in known if len(words) > 1), key=len, reverse=True)
    found: dict[str, list[str]] = {}

    def look(path: str = "", status: int = 200) -> None:
        if path:
            site.get(path, status)
        if words := untranslated(site.page, ordered):
            found[site.url] = words

    for path in (
        "/method",
        "/agencies/small",
        "/agencies/unfinished",
        "/agencies/small/preview",
        "/agencies/small/start",
    ):
        look(path)
    look("/agencies/small/start/about")
    site.send(status=422)
    look()
    look("/nothing", status=404)
    root = begun(site, "small")
    look("/")
    for path in ("", "/profile", "/sections/work", "/check"):
        look(root + path)
    save(site, root, "work", 422, answer__roster_drawn="evidenced", answer__papers_kept="not_applicable")
    look()
    answer_everything(site, root)
    save(site, root, "work", answer__passage_alone="option_2", note__roster_drawn="Draw of May")
    for path in ("", "/check", "/report"):
        look(root + path)
    assert not found


def test_no_page_of_a_draft_holds_a_word_of_the_interface_that_cannot_be_translated(
    pseudo: None, here: str, catalogue: Catalogue
) -> None:
    walker = Walker(here, language="de", token="")
    known = {*NAMES, "Harbour Office", "small harbour", "version", "option"}  # the last two as the file says them
    known |= words_of(catalogue.instrument("small").questionnaire.model_dump())
    ordered = sorted((" ".join(words.split()) for words in known if len(words) > 1), key=len, reverse=True)
    found: list[str] = []

    def look() -> None:
        found.extend(f"{walker.heading}: {words}" for words in untranslated(walker.page, ordered))

    walker.get("/agencies/small/draft")
    look()
    for button, fields in (
        ("Continue", {}),
        ("Continue", {**ABOUT, "scope_words": "small harbour"}),
        ("About your work", {}),
        ("Continue", {"fact__runs_houses": "yes"}),
        ("Continue", {"answer__passage_alone": "option_2"}),
        ("Return to the list", {}),
        ("Check your answers", {}),
    ):
        walker.press(f"{OPEN}{button}" if button != "About your work" else button, **fields)
        look()
    said = walker.saved()
    assert said["read_me"].startswith(OPEN)
    walker.press("Read the report")
    look()
    walker.give("{", 422)
    look()
    walker.give(json.dumps(said | {"answers": {"papers_kept": "evidenced"}, "version": "7"}), 422)
    look()
    assert not found


def test_a_word_outside_the_catalogues_would_be_found() -> None:
    page = html.document_fromstring("<p>⟦Save <b>it</b>⟧ now <i aria-label='Open'>Gate</i></p>")
    assert untranslated(page, ["Gate"]) == ["now", "Open"]
