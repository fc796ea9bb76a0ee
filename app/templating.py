"""Jinja: one environment for each language, with static files by content hash. Knows neither web nor database."""

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from babel.dates import format_date
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.i18n import SOURCE_LANGUAGE, translations, writing_direction

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"


def draw(template: str, language: str = SOURCE_LANGUAGE, **context: object) -> str:
    """A template of templates/ as text. Raises jinja2.UndefinedError for a name that the context does not hold."""
    return environment(language).get_template(template).render(**context)


@lru_cache
def environment(language: str = SOURCE_LANGUAGE) -> Environment:
    """The environment of one language: everything escaped, every name defined."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    jinja.policies["ext.i18n.trimmed"] = True
    jinja.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]

    locale = "en_GB" if language == SOURCE_LANGUAGE else language.replace("-", "_")

    def day(moment: datetime) -> str:
        return format_date(moment, format="long", locale=locale)

    def plain(value: float) -> str:
        return format_decimal(value, format="#,##0.####", locale=locale)

    jinja.filters.update(day=day, plain=plain)
    jinja.globals.update(language=language, direction=writing_direction(language), static_url=static_url)
    return jinja


@lru_cache
def static_url(name: str) -> str:
    """The address of a file in static/, which changes with its content, so that it may be kept for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{quote(name)}?v={digest[:12]}"
