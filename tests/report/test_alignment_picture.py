"""The picture of an alignment: well-formed, harmless and bounded, whatever the tokens."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import alignment

from albert_robust.report.alignment import alignment_svg
from albert_robust.report.labels import fitted, readable, width, wrapped
from albert_robust.results.alignment_records import TOKENS

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = {"svg", "title", "desc", "style", "rect", "text", "g", "path"}
NASTY = [
    "</svg><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<!--",
    '" onload="alert(1)',
    "' onload='alert(1)",
    "&lt;&#0;",
    "\x00\x01\x1b\x7f\x85",
    "\ufffe\uffff",
    "\ud800",
    "\u202eabc\u2066",
    "\u200b\u200d\ufeff",
    "a" + "\u0301" * 10_000,
    "﷽" * 50,
    "\n\t\r",
    "",
    " ",
    "\U000e0041",
]
TEXTS = st.lists(st.one_of(st.text(st.characters(), max_size=40), st.sampled_from(NASTY)), max_size=5)


def elements(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter())


def texts(svg: str, style: str = "") -> list[str]:
    """The text of elements whose class begins with a name; titles inside them are left out."""
    found = [node for node in elements(svg) if node.tag == f"{SVG}text" and node.get("class", "").startswith(style)]
    return [(node.text or "") + "".join(child.tail or "" for child in node) for node in found]


def path(svg: str, style: str) -> str:
    """The path of a class that is drawn over the matrix, not in the key."""
    found = ElementTree.fromstring(svg).findall(f"{SVG}path[@class='{style}']")
    return found[0].get("d", "")


@given(TEXTS, TEXTS)
def test_any_tokens_make_a_well_formed_picture_without_active_content(left: list[str], right: list[str]) -> None:
    found = elements(alignment_svg(alignment(left, right)))

    assert {node.tag.removeprefix(SVG) for node in found} <= DRAWN
    names = {name for node in found for name in node.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name or name == "style"}


@given(TEXTS, TEXTS)
def test_no_hidden_character_is_left_in_the_picture(left: list[str], right: list[str]) -> None:
    svg = alignment_svg(alignment(left, right))

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]", svg)
    svg.encode()


@pytest.mark.parametrize(("left", "right"), [([], []), (["a"], []), ([], ["a", "b"])])
def test_a_text_without_tokens_is_told(left: list[str], right: list[str]) -> None:
    svg = alignment_svg(alignment(left, right))

    assert ("There are no tokens in: candidate." in svg) == (not left)
    assert ("There are no tokens in: reference." in svg) == (not right)
    assert texts(svg, "match") == []


def test_the_picture_has_a_name_and_says_in_words_what_it_shows() -> None:
    root = ElementTree.fromstring(alignment_svg(alignment(["dog", "."], ["Hund", "."])))
    named = {node.get("id"): node.text or "" for node in root.iter() if node.get("id")}

    assert root.get("role") == "img"
    assert named[root.get("aria-labelledby")] == "Which tokens matched: candidate and reference"
    described = named[root.get("aria-describedby")]
    assert "LABS-F 0.66: precision 0.71, recall 0.62" in described
    assert "dog, Hund, 1.00; ., Hund, 0.50" in described


def test_matches_for_precision_and_recall_differ_without_colour() -> None:
    similarity = np.array([[0.9, 0.8], [0.7, 0.1]], dtype=np.float32)
    svg = alignment_svg(alignment(["a", "b"], ["c", "d"], similarity=similarity))

    rows, columns = path(svg, "marks row"), path(svg, "marks column")
    assert (rows.count("h"), rows.count("v")) == (4, 0)
    assert (columns.count("h"), columns.count("v")) == (0, 4)
    assert texts(svg, "match") == [".90", ".80", ".70"]


def test_a_weight_is_a_bar_and_its_thick_part_what_the_match_recovers() -> None:
    similarity = np.array([[0.5], [-0.5]], dtype=np.float32)
    svg = alignment_svg(alignment(["a", "b"], ["c"], similarity=similarity))

    assert re.findall(r"h([\d.]+)", path(svg, "weights")) == ["28.0", "56.0"]
    assert re.findall(r"h([\d.]+)", path(svg, "recovered row")) == ["14.0", "0.0"]


def test_almost_the_same_is_never_shown_as_the_same() -> None:
    similarity = np.array([[0.9996, 0.0], [0.0, 1.0]], dtype=np.float32)
    svg = alignment_svg(alignment(["a", "b"], ["c", "d"], similarity=similarity))

    assert texts(svg, "match") == [".99", "1"]


def test_a_long_text_is_cut_and_the_picture_says_so() -> None:
    tokens = [f"t{place}" for place in range(100)]
    svg = alignment_svg(alignment(tokens, ["t", "u"]))

    assert texts(svg, "label row") == tokens[:TOKENS]
    shown = " ".join(texts(svg, "strong"))
    assert f"the first {TOKENS} of 100 tokens of: candidate" in shown
    assert "tokens of: reference" not in shown


def test_a_match_that_is_not_shown_has_no_mark_and_is_told_to_a_pointer() -> None:
    similarity = np.zeros((1, 50), dtype=np.float32)
    similarity[0, 45] = 0.9
    svg = alignment_svg(alignment(["a"], [f"t{place}" for place in range(50)], similarity=similarity))

    assert "token 46, not shown" in svg
    assert path(svg, "marks row") == ""


@pytest.mark.parametrize("token", ["w", "\U0001f469", "</svg><script>alert(1)</script>" * 9, "a" + "\u0301" * 10_000])
def test_the_size_is_bounded(token: str) -> None:
    svg = alignment_svg(alignment([token] * 1000, [token] * 1000))

    root = ElementTree.fromstring(svg)
    assert float(root.get("width", "")) < 1600
    assert float(root.get("height", "")) < 1600
    assert len(svg) < 150_000


def test_the_same_alignment_gives_the_same_picture() -> None:
    assert alignment_svg(alignment(["a", "b"], ["c"])) == alignment_svg(alignment(["a", "b"], ["c"]))


def test_scores_without_calibration_are_told_once() -> None:
    made = alignment(["a"], ["b"])
    scores = replace(made.scores, raw=np.array([[0.71, 0.62, 0.66]]))

    assert "as matched" in alignment_svg(made)
    assert "as matched" not in alignment_svg(replace(made, scores=scores))


def test_letters_are_told_where_they_count() -> None:
    made = alignment(["a"], ["b"])

    assert "of it by letters: precision 0.61, recall 0.52" in alignment_svg(made)
    assert "letters" not in alignment_svg(replace(made, letters=None))


def test_the_signature_is_in_the_caption() -> None:
    made = alignment(["a"], ["b"])

    assert "".join(texts(alignment_svg(made), "signature")) == made.scores.signature


def test_a_users_template_and_style_go_before_ours(tmp_path: Path) -> None:
    (tmp_path / "alignment.css").write_text(".alignment { color: teal }")
    assert "<style>.alignment { color: teal }</style>" in alignment_svg(alignment(["a"], ["b"]), templates=[tmp_path])

    (tmp_path / "alignment.svg.j2").write_text(
        "{% macro alignment(found, style='') %}<svg>{{ found.rows[0].text }}</svg>{% endmacro %}"
    )
    assert alignment_svg(alignment(["<b>"], ["b"]), templates=[tmp_path]) == "<svg>&lt;b&gt;</svg>\n"


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("", "␣"),
        ("  ", "<U+0020 ×2>"),
        (" the", "the"),
        ("\u0301", "◌\u0301"),
        ("a\u202eb", "a<U+202E>b"),
        ("\n", "<U+000A>"),
        ("كان", "كان"),
    ],
)
def test_a_token_is_made_readable(token: str, shown: str) -> None:
    assert readable(token) == shown


@given(st.text(st.characters(), max_size=200), st.integers(20, 200))
def test_a_label_fits_its_room(token: str, room: int) -> None:
    shown = fitted(readable(token), 12, room)

    assert width(shown, 12) <= room


def test_a_signature_is_broken_after_bars() -> None:
    assert wrapped("LABS-F|nrefs:1|lang:en|seed:12345", 9, 90) == ["LABS-F|nrefs:1|", "lang:en|", "seed:12345"]
