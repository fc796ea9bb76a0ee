"""The interface's languages: gettext catalogues beside this module, compiled when first used.

Only the words of the interface are here; the questionnaires' own words have their own locale layer.
"""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.core import Locale, UnknownLocaleError, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LOCALES = Path(__file__).parent / "locales"
DOMAIN = "plumbline"
SOURCE_LANGUAGE = "en"


@lru_cache
def languages() -> tuple[str, ...]:
    """The languages that have a catalogue, in alphabetical order."""
    return tuple(sorted(path.parent.parent.name for path in LOCALES.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


@lru_cache
def translations(language: str) -> Translations:
    """A language's catalogue. A message without a translation stays as it is in English."""
    with (LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        catalogue = read_po(file, locale=language, domain=DOMAIN)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


@lru_cache(maxsize=1000)
def negotiate(accept_language: str) -> str:
    """The best of the available languages for an Accept-Language header, English where none fits."""
    ranked = sorted(map(_weighed, accept_language.split(",")), key=lambda pair: -pair[1])
    preferred = [language for language, weight in ranked if weight > 0]
    return negotiate_locale(preferred, languages(), sep="-") or SOURCE_LANGUAGE


def writing_direction(language: str) -> str:
    """`ltr` or `rtl`, for the page's `dir`."""
    try:
        return Locale.parse(language.replace("-", "_")).text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


def _weighed(part: str) -> tuple[str, float]:
    language, _, parameters = part.strip().partition(";")
    try:
        weight = float(parameters.strip().removeprefix("q=")) if parameters else 1.0
    except ValueError:
        weight = 0.0
    return language.strip(), weight
