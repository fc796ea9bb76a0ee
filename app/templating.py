"""Jinja: one environment for each language, with static files by content hash. Knows neither web nor database."""

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.i18n import LOCALES, SOURCE_LANGUAGE, translations, writing_direction

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"


def draw(template: str, language: str = SOURCE_LANGUAGE, **context: object) -> str:
    """A template of templates/ as text. Raises jinja2.UndefinedError for a name that the context does not hold."""
    return environment(language).get_template(template).render(**context)


@lru_cache
def environment(language: str = SOURCE_LANGUAGE, locales: Path = LOCALES) -> Environment:
    """The environment of one language: everything escaped, every name defined."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    jinja.policies["ext.i18n.trimmed"] = True
    jinja.install_gettext_translations(translations(language, locales), newstyle=True)  # type: ignore[attr-defined]

    def day(moment: datetime) -> str:
        return format_date(moment, format="long", locale=language.replace("-", "_"))

    def number(value: float, decimals: int = 1) -> str:
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(value, format=pattern, locale=language.replace("-", "_"))

    jinja.filters.update(day=day, number=number)
    jinja.globals.update(language=language, direction=writing_direction(language), static_url=static_url)
    return jinja


@lru_cache
def static_url(name: str) -> str:
    """The address of a file in static/, which changes with its content, so that it may be kept for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{quote(name)}?v={digest[:12]}"
