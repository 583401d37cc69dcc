"""The passages of a prompt: which they are, where each ends, and what an answer says of them in another order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.text.marked import cited_before
from albert_robust.text.orders import came_from, read_back
from albert_robust.text.passages import passages

LINE = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
MT_BENCH = "[The Start of Assistant {0}'s Answer]\n{1}\n[The End of Assistant {0}'s Answer]\n"
ROUND = {"1": "2", "2": "3", "3": "1"}  # the first is what the second was


def contents(text: str) -> list[str]:
    found = passages(text)
    assert [text[one.start : one.end] for one in found] == [one.content for one in found]
    return [one.content for one in found]


@given(st.lists(LINE, min_size=2, max_size=12, unique=True), st.randoms(), st.sampled_from(["[{}] ", "Document {}:\n"]))
def test_every_passage_is_found_again_in_any_order(lines: list[str], rng: object, heading: str) -> None:
    def asked(contents: list[str]) -> str:
        return "\n\n".join(heading.format(place) + one for place, one in enumerate(contents, 1)) + "\n\nQuestion: why?"

    other = sorted(lines, key=lambda _: rng.random())  # type: ignore[attr-defined]  # a random.Random
    came = came_from("passages", asked(lines), asked(other))
    assert [int(came[str(place)]) for place in range(1, len(lines) + 1)] == [lines.index(one) + 1 for one in other]


@pytest.mark.parametrize("text", [
    "[1] x\n[2] y\nQuestion: z",
    "【1】x\n【2】y",
    "Document 1: x\nDocument 2: y",
    "Document [1](Title: a) x\nDocument [2](Title: a) y\n\nWhy?",
    "### Source #1\nx\n\n### Source #2\ny",
    "**Response A:** x\n\n**Response B:** y\n\nWhich is better?",
    "# Output (a):\nx\n# Output (b):\ny",
    "[Assistant A]\nx\n[Assistant B]\ny",
    MT_BENCH.format("A", "x") + MT_BENCH.format("B", "y"),
    '<document index="1">\nx\n</document>\n<document index="2">\ny\n</document>\nWhy?',
    "<response_a>x</response_a> <b>\n<response_b>y</response_b>",
    "<document>\nx\n</document>\n<document>\ny\n</document>\nWhy?",
    "Between <text> and </text> are texts.\n<documents><Document>x</Document><Document>y</Document></documents>",
    "<context>x</context>\n-----\n<context>y</context>",
    '<document id="1">x</document> <b>\n<document id="2">y</document>',
    "<|The Start of Assistant A's Answer|>\nx\n<|The End of Assistant A's Answer|>\n"
    "<|The Start of Assistant B's Answer|>\ny\n<|The End of Assistant B's Answer|>",
    "--- Document 1 ---\nx\n\nx\n--- Document 2 ---\ny\n--- End ---\n\nWhy?",
    "=== Source 1 ===\nx\n\n=== Source 2 ===\ny\n\nWhy?",
    "Example 0:\nx\nExample 1:\ny",
    "文档1：x\n文档2：y\n问题：z",
    "回答一：x\n回答二：y",
    "Документ 1: x\r\nДокумент 2: y\r\n",
    "Документ №1: x\nДокумент №2: y",
    "参考资料1：x\n参考资料2：y",
    "المستند ١: x\nالمستند ٢: y",
])  # fmt: skip
def test_headings_that_are_alike_but_for_their_marks_open_passages(text: str) -> None:
    assert [one[-1] for one in contents(text)] == ["x", "y"]


@pytest.mark.parametrize("text", [
    "Step 1: x\nStep 2: y",
    "1. x\n2. y",
    "[1] x\n[3] y",
    "[1] x",
    "[1] x\n[2]",
    "[1](https://a.org)\n[2](https://b.org)",
    "Document 1 is x.\nDocument 2 is y.",
    "<context>x</context>\nWhy?\nA: z\n<context>y</context>\nWhere?\nA:",
    "<source>x</source><text>y</text><source>z</source><text>w</text>",
    "<li>x</li><li>y</li>",
    "<user>x</user><user>y</user>",
    "<document></document><document>x</document>",
    "<source>\n" * 3000,
    "User: x\nAssistant: y",
    "Input 1: x\nOutput 1: y\nInput 2: z\nOutput 2: w",
    "Document 1: x\nSource 1: y\nDocument 2: z\nSource 2: w",
    "[1] x\n[1] y\n[2] z",
    "### Assistant A:\nx\n### Assistant A:\ny\n### Assistant B:\nz\n### Assistant B:\nw",
    "",
])  # fmt: skip
def test_what_has_an_order_or_no_heading_is_no_passage(text: str) -> None:
    assert contents(text) == []


@pytest.mark.parametrize(("text", "last"), [
    ("[1] x\n[2] y\nWhy?", "y"),  # a line each
    ("[1] x\n\n[2] y\nz\n\nWhy?", "y\nz"),  # a paragraph each
    ("Text 1:\nx\n\nx\nText 2:\ny\n\ny\n\nQuestion: why?", "y\n\ny"),  # up to a new label
    ("Text 1:\nx\n\nx\nText 2:\ny", "y"),  # the text ends
    ("Text 1:\nx\n\nx\nText 2:\ny\n\nNote: its own.\n\ny\n\nQuestion: why?\n\nAnswer:", "y\n\nNote: its own.\n\ny"),
    ("# Text 1\nx\n\n# Text 2\ny\n\ny\n\n# Task\nWhy?", "y\n\ny"),
    ("[1] x\n\n[2] y\nNote: y", "y\nNote: y"),  # there is nothing else
    ("## A text 1\nx\n\n# x\n## A text 2\ny\n\nNote: y\n\n## Task\nWhy?\n\nSay.", "y\n\nNote: y"),  # a section each
])  # fmt: skip
def test_the_last_passage_ends_as_the_others_do(text: str, last: str) -> None:
    assert contents(text)[-1] == last


@pytest.mark.parametrize("text", [
    "Text 1:\nx\n\nx\nText 2:\ny\n\nWhy?",
    "Text 1:\nx\nx\nText 2:\ny\nQuestion: why?",
    "Text 1: x\nText 2: y\nPerhaps its own.\nWhy?",
    "Text 1:\nx\n\nText 2:\ny\n\nPerhaps its own.\n\nWhy?",
    "Text 1:\nx\n\nx\nText 2:\ny\n\nNote: perhaps its own.\n\nWhy?",
])  # fmt: skip
def test_where_nobody_knows_what_ends_the_last_passage_there_are_none(text: str) -> None:
    assert contents(text) == []


def test_what_a_tag_opens_is_moved_whole() -> None:
    tagged = '<document index="{0}">\n<document_content>{1}</document_content>\n<source>{1}</source>\n</document>\n'
    text = tagged.format(1, "x") + tagged.format(2, "y")
    assert contents(text)[0] == "<document_content>x</document_content>\n<source>x</source>"


def test_what_the_tag_says_of_a_passage_goes_along_with_it() -> None:
    assert contents('<doc id="1" title="a/b">x</doc>\n<doc id="2" title="c">y</doc>') == [
        'title="a/b">x',
        'title="c">y',
    ]
    assert contents('<doc id="1" url="a"/>\n<doc id="2" url="b"/>') == []


@pytest.mark.parametrize("inner", ["[1] a\n[2] b", "<source>a</source><source>b</source>", "Document 1: a"])
@pytest.mark.parametrize("outer", ["<document>\n{}\n</document>\n", '<text index="#">\n{}\n</text>\n'])
def test_what_stands_within_tagged_passages_is_part_of_them(outer: str, inner: str) -> None:
    two = (outer.replace("#", place).format(f"{inner}{place}") for place in "12")
    assert contents("".join(two)) == [f"{inner}1", f"{inner}2"]


def test_answers_to_compare_stand_behind_the_documents_that_they_are_from() -> None:
    documents = "<document>a</document>\n<document>b</document>\n"
    assert contents(documents + "Response A: x\nResponse B: y") == ["x", "y"]
    assert contents("Response A: x\nResponse B: y\n" + documents) == ["a", "b"]


def test_the_last_passages_count_and_none_within_others() -> None:
    assert contents("[1] a\n[2] b\n\nResponse A: x\nResponse B: y") == ["x", "y"]
    assert contents("Text 1:\nResponse A: a\nResponse B: b\nText 2:\ny") == ["Response A: a\nResponse B: b", "y"]


@pytest.mark.parametrize(("said", "before"), [
    ("It is so [1][3], see [2].", "It is so [1][2], see [3]."),
    ("[1], [3]", "[1], [2]"),
    ("Quellen [1] und [3]", "Quellen [1] und [2]"),
    ("In den Dokumenten 1 und 3", "In den Dokumenten 1 und 2"),
    ("в документе 3 и источнике №2", "в документе 1 и источнике №3"),
    ("[١] وفقا للمستند ٢ والمصدر ٣", "[٢] وفقا للمستند ٣ والمصدر ١"),
    ("Sources 1-3, by model 3.5", "Sources 1-3, by model 3.5"),
    ("In document 1,000 of 2", "In document 1,000 of 2"),
    ("[1] > [3] > [2]", "[2] > [1] > [3]"),
    ("[3, 1]", "[1, 2]"),
    ("Documents 1 and 3 say it.", "Documents 1 and 2 say it."),
    ("Source #2", "Source #3"),
    ("文档1和2", "文档2和3"),
    ("It is so (Source: 2).", "It is so (Source: 3)."),
    ("It is so [Document: 2].", "It is so [Document: 3]."),
    ("In Bern.\nSources: 1, 3", "In Bern.\nSources: 1, 2"),
    ("来源：1、3", "来源：1、2"),
    ("It is so【2†source】.", "It is so【3†source】."),
    ("It is so [Doc 2] [doc2].", "It is so [Doc 3] [doc3]."),
    ("[doc1][doc3]", "[doc1][doc2]"),
    ("It is so[^2], see [^1][^3].", "It is so[^3], see [^1][^2]."),
    ("According to Document 2 it is.", "According to Document 3 it is."),
    ("Document 1 and document 3 say it.", "Document 1 and document 2 say it."),
    ("Answer: 2", "Answer: 2"),
    ("Score: 2", "Score: 2"),
    ("Result: 2.", "Result: 2."),
    ("Context: 2 men in a boat.", "Context: 2 men in a boat."),
    ("x = text2 + doc1[2:], x^2", "x = text2 + doc1[2:], x^2"),
    ("【4:2†source】", "【4:2†source】"),
    ("In 2 ways, in [12] and in 1999.", "In 2 ways, in [12] and in 1999."),
    ("The answer is 2.", "The answer is 2."),
    ("2", "2"),
    ("", ""),
])  # fmt: skip
def test_what_an_answer_cites_gets_the_number_that_it_had(said: str, before: str) -> None:
    assert cited_before(said, ROUND) == before


def test_a_number_that_a_passage_itself_calls_so_is_none_of_the_passages() -> None:
    said = "By Article 2 [2] none is a slave."
    assert cited_before(said, ROUND, quoted="[...] as article 2 says") == "By Article 2 [3] none is a slave."


@pytest.mark.parametrize(
    ("said", "before"),
    [
        ("2", "3"),
        ("**1**", "**2**"),
        ("1; 3", "1; 2"),
        ("tie", "tie"),
        ("12", "12"),
        ("The best answer is 2.", "The best answer is 3."),
    ],
)
def test_a_label_may_be_a_number_alone(said: str, before: str) -> None:
    assert cited_before(said, ROUND, alone=True) == before


@pytest.mark.parametrize(("said", "before"), [
    ("[[A]]", "[[B]]"),
    ("A", "B"),
    ("b", "a"),
    ("[[A>B]]", "[[B>A]]"),
    ("Clearly better: [[B>>A]]", "Clearly better: [[A>>B]]"),
    ("A=B", "A=B"),
    ("Verdict: B", "Verdict: A"),
    ("A is better than B.", "B is better than A."),
    ("Response A is a better answer than Response B.", "Response B is a better answer than Response A."),
    ("The better answer is A.", "The better answer is B."),
    ("Output (a)", "Output (b)"),
    ("A good one", "A good one"),
    ("C", "C"),
])  # fmt: skip
def test_a_verdict_names_the_answer_that_it_stood_for(said: str, before: str) -> None:
    assert read_back("passages", said, {"A": "B", "B": "A"}, label=False) == before


def test_a_label_is_never_an_example_that_was_solved() -> None:
    shown = "Example 1: good, so 2\nExample 2: bad, so 1\nWhat is fine, 1 or 2?"
    came = came_from(
        "passages", shown, shown.replace("good, so 2", "x").replace("bad, so 1", "good, so 2").replace("x", "bad, so 1")
    )
    assert read_back("passages", "2", came, label=True) == "2"


def test_of_very_many_passages_only_those_that_are_unchanged_are_known_again() -> None:
    lines = [f"line {number}" for number in range(200)]
    before, after = ("\n".join(f"[{place}] {line}" for place, line in enumerate(some)) for some in (lines, lines[::-1]))
    assert came_from("passages", before, after)["0"] == "199"
    assert came_from("passages", before, after.replace("line 7\n", "lime 7\n")) == {}
