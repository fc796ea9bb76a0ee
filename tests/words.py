"""The words that the interface uses, as the catalogues must hold them; `python -m tests.words` refreshes those."""

from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from app import i18n
from app.settings import PROJECT

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "n_": (1, 2)}


def used() -> Catalog:
    """Every message of app/ and templates/, by the rules of babel.cfg."""
    with (PROJECT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = Catalog(charset="utf-8")
    for folder in ("app", "templates"):
        below = f"{folder}/"
        rules = [(pattern.removeprefix(below), method) for pattern, method in methods if pattern.startswith(below)]
        settings = {pattern.removeprefix(below): option for pattern, option in options.items()}
        for _, _, words, comments, context in extract_from_dir(PROJECT / folder, rules, settings, KEYWORDS):
            found.add(words, auto_comments=comments, context=context)
    return found


def refresh() -> None:
    """Add what a catalogue lacks, drop what nothing uses, and keep its translations and its own first lines."""
    template = used()
    for language in i18n.languages():
        path = i18n.LOCALES / language / "LC_MESSAGES" / f"{i18n.DOMAIN}.po"
        head = path.read_text(encoding="utf-8").split("\n\n")[0]
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
        catalogue.update(template, no_fuzzy_matching=True)
        body = BytesIO()
        write_po(body, catalogue, width=120, sort_output=True, omit_header=True, no_location=True, ignore_obsolete=True)
        path.write_text(f"{head}\n\n{body.getvalue().decode().strip()}\n", encoding="utf-8")


if __name__ == "__main__":
    refresh()
