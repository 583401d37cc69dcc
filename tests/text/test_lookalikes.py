"""Which pieces of text a reader cannot tell apart."""

import pytest

from albert_robust.text.lookalikes import telling


@pytest.mark.parametrize(
    ("one", "other", "told_by"),
    [
        ("a", "\u0430", {"a", "\u0430"}),
        ("\u039f", "O", {"\u039f", "O"}),
        ("\u00e9t\u00e9", "e\u0301te\u0301", {"\u0301"}),
        ("e\u0301", "\u00e9", {"\u0301"}),
    ],
)
def test_look_alikes_are_told_by_what_differs(one: str, other: str, told_by: set[str]) -> None:
    assert telling(one, other) == told_by


@pytest.mark.parametrize(
    ("one", "other"), [("a", "a"), ("a", "b"), ("", "a"), ("\u0434\u043e\u043c", "dom"), ("猫", "m"), ("1", "l")]
)
def test_what_looks_different_needs_no_telling(one: str, other: str) -> None:
    assert not telling(one, other)
