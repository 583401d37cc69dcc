"""What `encoding.*` promises: what was misread can be read again."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from variants_made import made

from albert_robust import Text
from albert_robust.perturbing import open_packs

PACK = open_packs()
BYTES = {bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(256)}


@given(st.text("aéÜßžœñ’€–👍 .", max_size=30))
def test_read_as_it_was_written_the_text_is_as_before(string: str) -> None:
    misread = made(PACK, "encoding.mojibake", string, "fr")
    assert bytes(BYTES[character] for character in misread).decode("utf-8") == string


@given(st.text(st.characters(max_codepoint=127), max_size=30))
def test_ascii_is_the_same_in_both(string: str) -> None:
    assert not PACK.get("encoding.mojibake")(Text.of(string, "fr"), Random(0), 1).changed
