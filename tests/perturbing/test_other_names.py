"""Names that other tools use lead to what comes closest here."""

import re
from pathlib import Path

import pytest

from albert_robust import read_rows
from albert_robust.perturbing import open_packs
from albert_robust.perturbing import other_names as module
from albert_robust.perturbing.other_names import REWORD, hint

ROWS = read_rows(Path(module.__file__).with_name("other_names.tsv"))
PAGE = Path(__file__).parents[2] / "docs" / "coming-from.md"


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("add_ocr_typo", "characters.ocr"),
        ("OcrAug", "characters.ocr"),
        ("add_typo", "typos.*"),
        ("butter_finger", "typos.keyboard"),
        ("word-swap-qwerty", "typos.keyboard"),
        ("WordSwapQWERTY", "typos.keyboard"),
        ("swap_entities", "entities.*"),
        ("lowercase", "case.lower"),
        ("strip_punctuation", "punctuation.strip_final"),
        ("contraction", "paraphrase.contraction"),
    ],
)
def test_another_tool_s_name_is_told_what_it_is_here(name: str, here: str) -> None:
    with pytest.raises(ValueError, match=rf"'{name}' is no perturbation\ndid you mean '{re.escape(here)}'\?"):
        open_packs().expand(name)


def test_what_only_a_model_can_write_leads_to_the_command_for_it() -> None:
    with pytest.raises(ValueError, match="no perturbation\n`albert-robust reword` lets a model write such variants"):
        open_packs().expand("back_translation")


def test_every_name_leads_to_a_perturbation_or_a_family_that_is_there() -> None:
    assert all(open_packs().expand(row["here"]) for row in ROWS if row["here"] != REWORD)


def test_no_name_stands_for_two() -> None:
    names = [re.sub("[_-]", "", name) for row in ROWS for name in row["names"].split(" ")]
    assert len(set(names)) == len(names)


def test_the_names_in_the_table_of_other_tools_lead_to_its_first_column() -> None:
    """A name in one word is told apart from prose by a mark or a capital within."""
    tried = 0
    for row in PAGE.read_text(encoding="utf-8").splitlines():
        cells = row.split("|")
        for name in (
            re.findall(r"\b(?:\w+_\w+|[a-z]+-[a-z-]+|[A-Z]\w+[A-Z]\w+)\b", "|".join(cells[2:]))
            if row.startswith("| `")
            else ()
        ):
            if told := re.search("'(.*)'", hint(name)):
                tried += 1
                assert any(told[1].removesuffix("*") in one for one in re.findall("`([^`]+)`", cells[1])), name
    assert tried > 40
