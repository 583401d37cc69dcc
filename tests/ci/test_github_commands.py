"""Workflow commands: one line each, read back as what was written, whatever a model says."""

from unicodedata import category

from hypothesis import example, given
from hypothesis import strategies as st

from albert_robust.ci.github import CUT, bounded, command

ORDERS = [
    "::stop-commands::x",
    "\n::set-output name=a::b",
    "\r\n::error::\n",
    "100 %0A",
    "a,line=1:2",
    "\u2028::debug::",
]
TEXTS = st.one_of(st.sampled_from(ORDERS), st.text(), st.lists(st.sampled_from([*ORDERS, "\n", "x", ","])).map("".join))


def obeyed(line: str) -> tuple[str, dict[str, str], str]:
    """What GitHub's runner reads in a line: ActionCommand.TryParseV2 of actions/runner, and its ways to unescape."""
    head, _, message = line.lstrip().removeprefix("::").partition("::")
    name, _, written = head.partition(" ")
    pairs = [pair.split("=", 1) for pair in written.split(",") if pair]
    return name, {key: _read(value, {"%3A": ":", "%2C": ","}) for key, value in pairs}, _read(message, {})


def _read(text: str, others: dict[str, str]) -> str:
    for escape, character in {"%0D": "\r", "%0A": "\n", **others, "%25": "%"}.items():
        text = text.replace(escape, character)
    return text


@given(TEXTS, TEXTS, TEXTS)
@example("a:b", "\r\n", "::error::x\n::stop-commands::y")
def test_no_text_can_end_a_command_or_begin_another(file: str, title: str, message: str) -> None:
    line = command("error", {"file": file, "line": "3", "title": title}, message)
    assert len(line.splitlines()) == 1
    name, properties, said = obeyed(line)
    assert name == "error"
    assert properties.keys() == {"file", "line", "title"}
    assert properties["line"] == "3"
    for written, read in ((file, properties["file"]), (title, properties["title"]), (message, said)):
        if all(category(character)[0] not in "CMZ" or character in " \r\n" for character in written):
            assert read == written


def test_a_command_is_written_as_github_documents_it() -> None:
    # docs.github.com, "Workflow commands for GitHub Actions", and the escapes of @actions/core 1.11, command.ts.
    line = command(
        "error", {"file": "suites/a.robust.yaml", "line": "12", "title": "failed a::b,c"}, "50 %\r\nof it: all, of it"
    )
    assert line == "::error file=suites/a.robust.yaml,line=12,title=failed a%3A%3Ab%2Cc::50 %25%0D%0Aof it: all, of it"


def test_hidden_characters_of_a_message_are_written_out() -> None:
    assert command("error", {}, "a\u202eb\x1b[1m\ud800").endswith("::a<U+202E>b<U+001B>[1m<U+D800>")


@given(
    st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"") + b"\n")).map(b"".join),
    st.integers(-5, 200),
)
def test_a_bounded_text_is_whole_lines_that_fit(data: bytes, room: int) -> None:
    found = bounded(data, room)
    assert len(found) <= max(0, room)
    if found != data:
        assert found == b"" or found.endswith(CUT)
        assert data.startswith(found.removesuffix(CUT))
    else:
        assert len(data) <= room or data == b""
