"""The page in a browser."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from report_runs import aligned_run, alignment, cell, outcome, run

from albert_robust.report import write_report
from albert_robust.report.alignment import alignment_svg
from albert_robust.results.run import Run

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


def test_verdicts_on_cells_together_are_in_sight_on_a_phone(browser: "Browser", tmp_path: Path) -> None:
    long = cell("curve/restaurants/typos.keyboard/severity-worst-case", across="severity worst case")
    shown = browser.new_page(viewport={"width": 400, "height": 800})
    shown.goto(write_report(run(long), tmp_path).as_uri())
    box = shown.locator("#across .mark").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 400


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

    shown.locator("details.group[open]").first.wait_for()


def test_beyond_the_first_ten_cells_figures_are_folded_until_a_link_leads_there(
    browser: "Browser", tmp_path: Path
) -> None:
    bad = [cell(f"typos.swap@{severity}", "failed", language=language) for severity in (1, 2) for language in LANGUAGES]
    found = run(*bad, outcomes=tuple(outcome(one.cell) for one in bad))
    shown: Page = browser.new_page()
    shown.goto(write_report(found, tmp_path).as_uri())
    folds = shown.locator("article.cell details.fold")
    assert (folds.count(), shown.locator("details.fold[open]").count()) == (10, 0)

    shown.locator(".matrix td a").last.click()

    shown.locator("article.cell:target .case").wait_for()  # the page hears of the link a moment after the click
    shown.emulate_media(media="print")
    assert folds.first.locator(".case").bounding_box() is not None


def test_the_matrix_can_be_filtered_and_sorted(browser: "Browser", address: str) -> None:
    shown: Page = browser.new_page()
    shown.goto(address)
    rows = shown.locator(".matrix tbody tr:not(.block):visible")

    shown.locator("#matrix-tools input").fill("zero_width")
    assert rows.count() == 1
    assert shown.get_by_role("status").first.inner_text() == "1 of 2"
    shown.locator("#matrix-tools input").fill("no such name")
    assert shown.locator(".matrix:visible, #matrix h3:visible").count() == 0
    shown.locator("#matrix-tools input").fill("")
    shown.locator(".matrix thead button").nth(1).click()

    assert "zero_width" in rows.first.inner_text()


def test_a_filter_offers_the_verdicts_that_are_there(browser: "Browser", address: str) -> None:
    shown: Page = browser.new_page()
    shown.goto(address)

    assert shown.locator("#cell-tools option").all_inner_texts() == ["any verdict", "failed"]
    assert shown.locator("#matrix-tools option").all_inner_texts() == ["any verdict", "passed", "failed"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_a_filter_asks_for_can_be_read_in_light_and_dark(
    browser: "Browser", address: str, scheme: Literal["light", "dark"]
) -> None:
    shown = browser.new_page(color_scheme=scheme)
    shown.goto(address)

    hint, edge, ground = shown.evaluate(
        "(field => [getComputedStyle(field, '::placeholder').color, getComputedStyle(field).borderTopColor,"
        " getComputedStyle(field).backgroundColor])(document.querySelector('.tools input'))"
    )

    assert contrast(hint, ground) >= 4.5
    assert contrast(edge, ground) >= 3


def test_a_printed_page_holds_what_is_closed_on_the_screen_and_cuts_no_table(browser: "Browser", address: str) -> None:
    shown = browser.new_page(viewport={"width": 700, "height": 900})
    shown.goto(address)

    shown.emulate_media(media="print")

    group = shown.locator("details.group:not([open])").first
    assert group.locator("table").bounding_box() is not None
    frames = "[...document.querySelectorAll('.scroll')]"
    assert shown.evaluate(f"{frames}.every(one => getComputedStyle(one).overflowX === 'visible')")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_picture_of_forty_tokens_scrolls_inside_its_frame(browser: "Browser", tmp_path: Path, width: int) -> None:
    address = write_report(aligned_run(["w" * 40] * 50, ["كان"] * 50), tmp_path).as_uri()
    shown = browser.new_page(viewport={"width": width, "height": 800})
    said: list[str] = []
    shown.on("console", lambda message: said.append(message.text))
    shown.goto(address)

    shown.locator("details.tokens summary").click()

    picture = shown.get_by_role("img", name="Which tokens matched: output for the variant and output for the original")
    assert picture.is_visible()
    assert picture.locator("text.label").first.bounding_box() is not None
    assert said == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_alone_can_be_read_in_light_and_dark(browser: "Browser", tmp_path: Path, scheme: str) -> None:
    file = tmp_path / "alignment.svg"
    file.write_text(alignment_svg(alignment(["the", "cat"], ["a", "cat"])), encoding="utf-8")
    shown = browser.new_page(color_scheme=scheme)

    shown.goto(file.as_uri())

    ground, *inks = shown.evaluate(
        "[document.querySelector('.ground'), ...document.querySelectorAll('text')].map(one => getComputedStyle(one).fill)"
    )
    assert min(contrast(ground, ink) for ink in inks) >= 4.5


def test_no_label_of_a_picture_leaves_it(browser: "Browser", tmp_path: Path) -> None:
    file = tmp_path / "alignment.svg"
    words = ["Donaudampfschifffahrt", "昨天的天气", "mmmmmmmm", "كان", "क्षि", "WWWW"]
    file.write_text(alignment_svg(alignment(words, words)), encoding="utf-8")
    shown = browser.new_page(viewport={"width": 1280, "height": 900})

    shown.goto(file.as_uri())

    across, boxes = shown.evaluate(
        "[document.documentElement.width.baseVal.value,"
        " [...document.querySelectorAll('text')].map(one => one.getBoundingClientRect().toJSON())]"
    )
    assert boxes
    assert all(box["left"] >= 0 and box["right"] <= across and box["top"] >= 0 for box in boxes)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_script_in_a_report_would_not_run(browser: "Browser", address: str, tmp_path: Path) -> None:
    from urllib.request import url2pathname

    page = Path(url2pathname(address.removeprefix("file://"))).read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text(page.replace("<main>", "<main><script>document.title = 'owned'</script>"), encoding="utf-8")
    shown: Page = browser.new_page()

    shown.goto(broken.as_uri())

    assert shown.title() != "owned"
