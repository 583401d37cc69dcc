"""The page in a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from report_runs import cell, outcome, run

from albert_robust.report import write_report
from albert_robust.running.records import Run

sync_api = pytest.importorskip("playwright.sync_api")
if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
LANGUAGES = ["en", "de", "fr", "es", "ru", "ar", "hi", "zh", "ja", "th"]
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path")


def wide_run() -> Run:
    """Ten columns, long names, long texts without a space."""
    cells = [cell(language=language) for language in LANGUAGES]
    bad = cell("unicode.zero_width@3 | typos.keyboard@5", "failed")
    case = outcome(bad.cell, "r/" + "x" * 200, original={"text": "w" * 900}, variant={"text": "v" * 900}, changes=())
    return run(*cells, bad, outcomes=(case,))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_report(wide_run(), tmp_path_factory.mktemp("report")).as_uri()


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_its_window_and_asks_nobody(browser: "Browser", address: str, width: int) -> None:
    shown = browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    asked: list[str] = []
    shown.on("console", lambda message: said.append(message.text))
    shown.on("pageerror", lambda error: said.append(str(error)))
    shown.on("request", lambda request: asked.append(request.url))

    shown.goto(address)
    shown.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")

    assert said == []
    assert [url for url in asked if not url.startswith(("file://", "data:"))] == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_works_with_scripts_blocked(browser: "Browser", address: str) -> None:
    shown = browser.new_context(java_script_enabled=False).new_page()

    shown.goto(address)

    assert shown.locator("h1").inner_text().endswith("No")
    assert shown.locator(".matrix td a").count() == len(LANGUAGES) + 1
    assert shown.locator("input, select").count() == 0


def test_a_link_into_a_closed_part_opens_it(browser: "Browser", address: str) -> None:
    shown: Page = browser.new_page()
    shown.goto(address)

    shown.locator(".matrix td[data-verdict=passed] a").first.click()

    assert shown.locator("details.group").first.get_attribute("open") is not None


def test_the_matrix_can_be_filtered_and_sorted(browser: "Browser", address: str) -> None:
    shown: Page = browser.new_page()
    shown.goto(address)
    rows = shown.locator(".matrix tbody tr:not(.block):visible")

    shown.locator("#matrix-tools input").fill("zero_width")
    assert rows.count() == 1
    shown.locator("#matrix-tools input").fill("")
    shown.locator(".matrix thead button").nth(1).click()

    assert "zero_width" in rows.first.inner_text()


def test_a_script_in_a_report_would_not_run(browser: "Browser", address: str, tmp_path: Path) -> None:
    from urllib.request import url2pathname

    page = Path(url2pathname(address.removeprefix("file://"))).read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(page.replace("<main>", "<main><script>document.title = 'owned'</script>"), encoding="utf-8")
    shown: Page = browser.new_page()

    shown.goto(broken.as_uri())

    assert shown.title() != "owned"
