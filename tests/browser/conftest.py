"""Real Chromium, the system’s own, for tests that look at pages as a reader does."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import people
from tests.serving import SESSIONS

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file; PLUMBLINE_TEST_CHROMIUM names another than the first on PATH.

    Not for longer: as long as it is there an event loop runs in this thread, and no test that needs one of its own can.
    """
    path = os.environ.get("PLUMBLINE_TEST_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path, "These tests need Chromium. On Debian: apt install chromium."
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=flags)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """A reader who is signed in; `indirect` parameters are those of a browser context (viewport, no scripts …)."""
    made = browser.new_context(base_url=address, locale="en-GB", **getattr(request, "param", {}))
    made.add_cookies([{"name": people.COOKIE, "value": SESSIONS[address], "url": address}])
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page. Whatever it says on the console is kept, but for the status of a form that was refused."""
    opened = context.new_page()
    said: list[str] = []
    refused = "status of 422"
    opened.on("console", lambda m: None if refused in m.text else said.append(f"{opened.url}: {m.text}"))
    opened.on("pageerror", lambda error: said.append(f"{opened.url}: {error}"))
    opened.said = said  # type: ignore[attr-defined]
    return opened
