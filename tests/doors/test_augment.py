"""Labelled data with perturbed copies of their rows, to train on: from the command line and from Python."""

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import augment, run, write_report
from albert_robust.cli import main
from albert_robust.data.rows import read_rows
from albert_robust.data.writing import write_rows
from albert_robust.errors import InputError, UsageError
from albert_robust.perturbing import open_packs, parse_spec, vary
from albert_robust.tasks.entities import annotated, entities_of
from albert_robust.text import Text

ROWS = [{"text": f"The soup in town {number} was warm", "label": "ab"[number % 2]} for number in range(20)]
NAMES = [
    {"text": "Anna Keller lives in New York.", "entities": [[0, 11, "PER"], [21, 29, "LOC"]]},
    {"text": "Bo left.", "entities": [[0, 2, "PER"]]},
]
CONLL = "Anna B-PER\nKeller I-PER\nlives O\nin O\nBern B-LOC\n. O\n\nBo B-PER\nleft O\n. O\n"
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def table(here: Path) -> Path:
    with (here / "train.csv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["id", "review", "label", "stars"])
        writer.writerows([number, row["text"], row["label"], "5"] for number, row in enumerate(ROWS))
    return here / "train.csv"


def classified(rows: Any = ROWS, perturbations: Any = "typos.swap@2", **more: Any) -> Any:
    return augment(rows, perturbations, task="text-classification", language="en", **more)


def called(*arguments: str, out: str = "out.csv") -> int:
    return main(["augment", "train.csv", "--task", "text-classification", "--language", "en", "--out", out, *arguments])


def test_a_variant_stands_behind_its_row_and_has_its_columns_and_label(table: Path, capsys: Captured) -> None:
    assert called("--perturbation", "case.upper", "--perturbation", "case.lower | case.upper", "--share", "0.3") == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "out.csv: 20 rows as they were, and 12 variants",
        "case.upper               6 drawn: 6 made",
        "case.lower | case.upper  6 drawn: 6 made",
    ]
    rows = [row for _, row in read_rows(table.with_name("out.csv"))]
    assert table.with_name("out.csv").read_text().startswith("id;review;label;stars\n0;")
    original: dict[str, Any] = {}
    for row in rows:
        if row["review"].isupper():
            assert row == {**original, "id": row["id"], "review": original["review"].upper()}
        else:
            original = row
    assert len({row["id"] for row in rows}) == 32
    assert all(row["id"].isdecimal() for row in rows)


def test_variants_are_those_that_a_suite_would_make() -> None:
    registry, spec = open_packs(), parse_spec("typos.swap@2")
    rows = [{"id": str(place), **row} for place, row in enumerate(ROWS, start=1)]
    made = augment(rows, "typos.swap", task="text-classification", language="en", originals="drop", seed=7)
    texts = [Text.of(row["text"], "en") for row in ROWS]
    expected = [vary(registry, spec, text, seed=7, example=str(place)) for place, text in enumerate(texts, start=1)]
    assert [row["text"] for row in made] == [str(text) for text in expected]


@given(st.permutations(range(20)), st.integers(0, 3))
def test_neither_order_nor_other_rows_decide_what_becomes_of_a_row(order: list[int], seed: int) -> None:
    rows = [{**row, "id": f"row {number}"} for number, row in enumerate(ROWS)]
    whole = classified(rows, share=0.5, seed=seed)
    again = classified([rows[place] for place in order], share=0.5, seed=seed)
    assert sorted(map(str, again)) == sorted(map(str, whole))
    assert [one.variants for one in whole.made] == [10]


def test_rows_may_be_kept_replaced_or_dropped() -> None:
    kept, replaced, dropped = (classified(share=0.25, originals=which) for which in ("keep", "replace", "drop"))
    assert (len(kept), len(replaced), len(dropped)) == (25, 20, 5)
    assert [row for row in kept if row in ROWS] == ROWS
    assert [row for row in replaced if row not in ROWS] == dropped
    assert (kept.changed, dropped.changed) == (5, 5)


def test_several_variants_of_a_row_have_ids_of_their_own() -> None:
    rows = [{"id": "a", **ROWS[0]}, {"id": "b", **ROWS[1]}]
    assert [row["id"] for row in classified(rows, n=2)] == [
        *("a", "a/typos.swap@2#1", "a/typos.swap@2#2"),
        *("b", "b/typos.swap@2#1", "b/typos.swap@2#2"),
    ]
    numbered = classified([{**row, "id": number} for number, row in zip((3, 9), rows, strict=True)])
    assert [row["id"] for row in numbered] == [3, 10, 9, 11]


def test_a_data_frame_is_augmented_too_and_its_columns_are_found() -> None:
    frame = pd.DataFrame({"review": ["it is so", "so it is"], "sentiment": [1, 0], "stars": [5, 1]})
    made = pd.DataFrame(classified(frame, "case.upper"))
    assert made.to_dict("list") == {
        "review": ["it is so", "IT IS SO", "so it is", "SO IT IS"],
        "sentiment": [1, 1, 0, 0],
        "stars": [5, 5, 1, 1],
    }
    assert made.dtypes.to_list() == frame.dtypes.to_list()


def test_a_share_may_be_said_of_each_perturbation() -> None:
    made = classified(perturbations={"case.*": 0.1, "typos.swap": 0.5})
    assert {one.perturbation: one.drawn for one in made.made}.items() >= {"case.upper": 2, "typos.swap@2": 10}.items()


def test_what_could_not_be_perturbed_is_counted_and_told(here: Path, capsys: Captured) -> None:
    (here / "train.csv").write_text("text,label\nit is so,a\nso,b\n")
    assert called("--perturbation", "spelling.region", "--perturbation", "case.upper") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "spelling.region  2 drawn: 0 made, 2 unchanged",
        "case.upper       2 drawn: 2 made",
    ]
    assert called("--perturbation", "spelling.region", out="none.csv") == 1
    assert capsys.readouterr().out.startswith("nothing was written: no row has a variant\n")
    assert not (here / "none.csv").exists()


def test_rows_that_are_no_examples_may_be_left_as_they_are(here: Path, capsys: Captured) -> None:
    rows = [{"id": "a", **ROWS[0]}, {"id": "b", "text": None}, {"id": "a", **ROWS[1]}]
    (here / "train.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    command = ["augment", "train.jsonl", "--task", "text-classification", "--language", "en", "--out", "out.jsonl"]
    assert main([*command, "--perturbation", "case.upper"]) == 2
    assert "train.jsonl:2:1: 'text' holds nothing" in capsys.readouterr().err
    assert main([*command, "--perturbation", "case.upper", "--on-bad-rows", "skip"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1] == "case.upper  1 drawn: 1 made"
    assert told[2].startswith("left as they were: 2 bad rows, the first is train.jsonl:2:1: 'text' holds nothing")
    written = [row for _, row in read_rows(here / "out.jsonl")]
    assert [row for row in written if row in rows] == rows
    assert len(written) == 4


def test_rows_in_other_languages_are_left_as_they_are_and_counted(here: Path, capsys: Captured) -> None:
    rows = [{**row, "lang": tag} for row, tag in zip(ROWS, ["en", "de", "fr", "de"], strict=False)]
    made = classified(rows, "case.upper")
    assert made.others == {"de": 2, "fr": 1}
    assert [row for row in made if row in rows] == rows
    (here / "train.csv").write_text("text,label,lang\n" + "".join(f"{row['text']},a,{row['lang']}\n" for row in rows))
    assert called("--perturbation", "case.upper") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "case.upper  1 drawn: 1 made",
        "left as they were: 3 rows in de, fr",
    ]


def test_a_file_is_written_over_only_if_that_is_said(table: Path, capsys: Captured) -> None:
    Path("out.csv").write_text("mine")
    assert called("--perturbation", "case.upper") == 2
    assert capsys.readouterr().err == "out.csv exists: choose another --out, or write over it with --force\n"
    assert Path("out.csv").read_text() == "mine"
    assert called("--perturbation", "case.upper", "--force") == 0
    assert Path("out.csv").read_text() != "mine"


def test_the_format_is_that_of_the_file_that_is_written(table: Path, capsys: Captured) -> None:
    assert called("--perturbation", "case.upper", out="out.jsonl") == 0
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert rows[1] == {"id": "20", "review": ROWS[0]["text"].upper(), "label": "a", "stars": "5"}
    assert called("--perturbation", "case.upper", out="out.parquet") == 2
    assert "no format that is written here" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_a_file_may_be_in_another_encoding_and_what_is_written_is_utf_8(
    here: Path, encoding: str, capsys: Captured
) -> None:
    (here / "train.csv").write_text("text;label\nla crème est brûlée;a\n", encoding=encoding)
    assert called("--perturbation", "case.upper") == 2
    assert f"`--encoding {encoding}` in a shell" in capsys.readouterr().err
    assert called("--perturbation", "case.upper", "--encoding", encoding) == 0
    assert (here / "out.csv").read_text(encoding="utf-8") == (
        "text;label\nla crème est brûlée;a\nLA CRÈME EST BRÛLÉE;a\n"
    )


def failing(batch: list[dict[str, str]]) -> list[str]:
    return ["b" if one["text"].isupper() or "(" in one["text"] else "a" for one in batch]


def test_of_a_run_those_perturbations_are_taken_at_which_its_model_failed(table: Path, capsys: Captured) -> None:
    check = {"expect": "invariance", "perturbations": ["case.upper", "typos.swap"], "gates": ["consistency >= 0.8"]}
    datasets = {"data": {"rows": ROWS, "language": "en"}}
    suite = {"task": "text-classification", "model": {"python": failing}, "datasets": datasets, "checks": [check]}
    found = run(suite)
    write_report(found, "report")
    assert called("--run", "report") == 0
    assert capsys.readouterr().out.splitlines()[1:] == ["case.upper  20 drawn: 20 made"]
    assert [(one.perturbation, one.drawn) for one in classified(perturbations=found, share=0.5).made] == [
        ("case.upper", 10)
    ]
    with pytest.raises(UsageError, match="that run has no failed cell of invariance in de"):
        augment(ROWS, found, task="text-classification", language="de")


def test_places_of_entities_move_along() -> None:
    made = augment(NAMES, ["typos.insert@5", "paraphrase.filler"], task="token-classification", language="en")
    assert len(made) == 6
    for row in made:
        for start, end, label in row["entities"]:
            assert label in {"PER", "LOC"}
            assert row["text"][start:end].strip() == row["text"][start:end] != ""
    whole = augment(
        NAMES, "entities.name", task="token-classification", language="en", ignores=["name"], originals="drop"
    )
    assert whole[0]["text"][slice(*whole[0]["entities"][0][:2])].split()[0] not in {"Anna", ""}
    assert whole[0]["text"][slice(*whole[0]["entities"][1][:2])] == "New York"


@pytest.mark.parametrize(
    "perturbation", ["typos.*", "paraphrase.*", "case.*", "punctuation.*", "distractors.*", "attacks.*", "words.repeat"]
)
def test_what_is_written_of_entities_can_be_read_again(perturbation: str) -> None:
    made = augment(NAMES, perturbation, task="token-classification", language="en", n=9)
    assert len(made) > len(NAMES)
    for row in made:
        kept = annotated(row["entities"], row["text"])
        assert len(entities_of(kept or "")) == len(row["entities"])


def test_a_blank_that_is_put_in_before_an_entity_is_no_part_of_it() -> None:
    rows = [{"text": "安娜住在纽约，并在北京大学工作。", "entities": [[4, 6, "LOC"]]}]
    made = augment(
        rows, "crosslingual.transliterate", task="token-classification", language="zh", originals="drop", n=9
    )
    found = {row["text"][slice(*row["entities"][0][:2])] for row in made}
    assert "niu 约" in found
    assert {name.strip() for name in found} == found


def test_tags_move_along_with_tokens(here: Path, capsys: Captured) -> None:
    (here / "train.conll").write_text(CONLL)
    command = ["augment", "train.conll", "--task", "token-classification", "--language", "en", "--out", "out.conll"]
    assert main([*command, "--perturbation", "paraphrase.filler", "--seed", "1"]) == 0
    rows = [row for _, row in read_rows(here / "out.conll")]
    assert len(rows) == 4
    assert [row for row in rows if "O" in row["entities"]] == rows
    for row in rows:
        labelled = [pair for pair in zip(row["text"], row["entities"], strict=True) if pair[1] != "O"]
        assert labelled in ([("Anna", "B-PER"), ("Keller", "I-PER"), ("Bern", "B-LOC")], [("Bo", "B-PER")])


@pytest.mark.parametrize(
    ("tokens", "tags"),
    [(["Anna", "left"], ["B-PER", "O"]), ('["Anna", "left"]', '["B-PER", "O"]'), ("Anna left", "B-PER O")],
    ids=["lists", "JSON in a table", "a row"],
)
def test_tokens_and_tags_stay_in_the_form_of_their_cells(here: Path, tokens: Any, tags: Any) -> None:
    path = here / ("train.jsonl" if isinstance(tokens, list) else "train.csv")
    if isinstance(tokens, list):
        path.write_text(json.dumps({"tokens": tokens, "ner_tags": tags}))
    else:
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([["tokens", "ner_tags"], [tokens, tags]])
    _, made = augment(path, "case.upper", task="token-classification", language="en")
    upper = [token.upper() for token in tokens] if isinstance(tokens, list) else tokens.upper()
    assert made == {"tokens": upper, "ner_tags": tags}


def test_a_variant_whose_labels_cannot_be_told_is_rejected() -> None:
    (swapped,) = augment(
        [{"id": "1", **NAMES[0]}],
        "words.repeat@5",
        task="token-classification",
        language="en",
        originals="drop",
        seed=1,
    ).made
    assert swapped.counts == {"rejected": 1}
    assert "now stands outside of what it is labelled as a part of" in swapped.why


def test_what_else_is_said_of_each_token_is_left_out_where_tokens_are_others() -> None:
    rows = [{"tokens": ["Anna", "left"], "ner_tags": ["B-PER", "O"], "pos_tags": [1, 2], "sources": ["a", "b", "c"]}]
    made = augment(rows, ["case.upper", "typos.spacing"], task="token-classification", language="en", originals="drop")
    assert [(len(row["tokens"]), row["pos_tags"]) for row in made] == [(2, [1, 2]), (3, None)]
    assert [row["sources"] for row in made] == [["a", "b", "c"]] * 2


def test_entities_that_change_places_keep_their_labels_and_those_that_share_a_word_are_rejected() -> None:
    rows = [{"id": "1", "text": ["Anna", "Paris", "met"], "entities": ["B-PER", "B-LOC", "O"]}]
    row: dict[str, Any] = {"task": "token-classification", "language": "en", "originals": "drop"}
    assert augment(rows, "words.swap", **row) == [
        {"id": "2", "text": ["Anna", "met", "Paris"], "entities": ["B-PER", "O", "B-LOC"]}
    ]
    (made,) = augment(rows, "typos.spacing", seed=1, **row).made
    assert (made.counts, made.why) == ({"rejected": 1}, "'Paris' now has no word of its own")


def test_a_word_that_moves_into_an_entity_with_another_label_is_rejected() -> None:
    rows = [{"text": "New York Anna met them there", "entities": [[0, 8, "LOC"], [9, 13, "PER"]]}]
    made = augment(rows, "words.swap@1", task="token-classification", language="en", originals="drop", n=20)
    assert len(made) >= 2
    assert {row["text"][slice(*one[:2])] for row in made for one in row["entities"]} == {"New York", "Anna"}
    assert made.made[0].counts["rejected"] > 2


def test_any_space_that_is_put_between_tokens_parts_them() -> None:
    rows = [{"text": ["Anna", "Paris", "met", "10\u00a0000"], "entities": ["B-PER", "B-LOC", "O", "O"]}]
    made = augment(rows, "characters.blanks@5", task="token-classification", language="en", originals="drop", n=9)
    assert len(made) > 3
    assert [row for row in made if row != rows[0]] == []


def test_an_entity_whose_words_are_apart_is_rejected_and_one_that_moved_as_a_whole_is_not() -> None:
    row = {"text": "we did see Anna Keller there in Rome", "entities": [{"text": "Anna Keller", "label": "PER"}]}
    drop: dict[str, Any] = {"task": "token-classification", "language": "en", "originals": "drop", "n": 30}
    (apart,) = augment([row], "words.swap", **drop).made
    assert "a part of an entity is elsewhere or gone" in apart.why
    made = augment([row], "words.swap", **drop)
    assert {one["entities"][0]["text"] for one in made} == {"Anna Keller", "Keller Anna"}
    left = augment([row], "words.delete", ignores=["content"], **drop)
    assert {one["entities"][0]["text"] for one in left} == {"Anna Keller", "Anna", "Keller"}


def test_reference_answers_stay_in_the_text() -> None:
    rows = [
        {"context": f"Anna lives in Bern since {n}.", "question": "Since when?", "answers": [str(n)]} for n in range(9)
    ]
    made = augment(rows, "typos.*", task="question-answering", language="en", fields=["context"], originals="drop", n=3)
    assert len(made) > 100
    assert {row["question"] for row in made} == {"Since when?"}
    assert all(row["answers"][0] in row["context"] for row in made)


@pytest.mark.parametrize("perturbation", ["typos.*", "distractors.*", "spelling.*", "characters.*"])
@pytest.mark.parametrize("ending", [".jsonl", ".csv"])
def test_where_answers_begin_moves_along(here: Path, ending: str, perturbation: str) -> None:
    context = "In 1905, the old town of Bern had (it's said) 3 bears; people of Bern colour them."
    starts = [context.index("Bern"), context.rindex("Bern"), context.index("3 bears"), -1]
    answers = {"text": ["Bern", "Bern", "3 bears", "none"], "answer_start": starts}
    rows = [{"context": context, "question": "Where?", "answers": answers}]
    path = here / f"train{ending}"
    write_rows(path, rows)
    made = augment(
        path, perturbation, task="question-answering", language="en", fields=["context"], originals="drop", n=3
    )
    assert len(made) >= 5
    for row in made:
        now = json.loads(row["answers"]) if ending == ".csv" else row["answers"]
        *known, unknown = now["answer_start"]
        assert all(row["context"].startswith(text, start) for start, text in zip(known, now["text"], strict=False))
        assert known[0] < known[2] < known[1]
        assert (now["text"], unknown) == (answers["text"], -1)


def test_any_column_may_be_perturbed_beside_the_task_s_own() -> None:
    rows = [{"premise": "the soup is hot", "hypothesis": "the soup is warm", "label": "entailment"}]
    columns, fields = {"text": "premise"}, ["text", "hypothesis"]
    assert classified(rows, "case.upper", columns=columns, fields=fields, originals="drop") == [
        {"premise": "THE SOUP IS HOT", "hypothesis": "THE SOUP IS WARM", "label": "entailment"}
    ]
    with pytest.raises(InputError, match="the column 'hypotheses' is missing"):
        classified(rows, "case.upper", columns=columns, fields=["hypotheses"])


def test_a_variant_in_another_language_says_so_where_rows_do() -> None:
    rows = [
        {"id": "1", "lang": "en", "text": "Thank you.", "label": "a"},
        {"id": "1", "lang": "de", "text": "Danke.", "label": "a"},
        {"id": "2", "lang": "fr", "text": "Merci.", "label": "a"},
    ]
    made = augment(rows, "crosslingual.swap", task="text-classification", language=["en", "de"])
    assert [(row["lang"], row["text"]) for row in made] == [
        *(("en", "Thank you."), ("de", "Danke.")),
        *(("de", "Danke."), ("en", "Thank you.")),
        ("fr", "Merci."),
    ]
    assert [one.language for one in made.made] == ["en", "de"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"perturbations": "semantics.negate"},
            r"^semantics\.negate alters polarity: its variants may have another label\n  ",
        ),
        (
            {"perturbations": "words.*"},
            r"^words\.delete@2 alters content: .*\n  leave it out, or let `ignores` name content",
        ),
        ({"perturbations": "typos.swop"}, r"^unknown perturbation 'typos\.swop'\n  did you mean"),
        ({"perturbations": []}, "^no perturbation is named"),
        ({"perturbations": "layout.options"}, "^layout.options puts the choices in another order"),
        ({"share": 30}, "^the share 30 is not above 0 and at most 1\n  write 0.3"),
        ({"ignores": ["number"]}, "^no perturbation that is named alters 'number'"),
        ({"columns": {"txt": "text"}}, "^unknown column 'txt'\n  our name comes first"),
        ({"originals": "all"}, "^originals: 'all', expected one of keep, replace, drop"),
        ({"encoding": "utf-9"}, "^encoding: 'utf-9' is no encoding that Python knows\n  did you mean 'utf-8'"),
        ({"encoding": "cp1252"}, "^only a file has 'encoding'"),
        ({"n": 0}, "^n: 0 variants a row, expected at least 1"),
        ({"task": "typing"}, "^task: 'typing', expected one of text-classification"),
        ({"language": "!!"}, "^'!!' is no language tag"),
    ],
    ids=str,
)
def test_what_cannot_be_is_told(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        augment(ROWS, **{"perturbations": "typos.swap", "task": "text-classification", "language": "en", **wrong})


def test_a_summary_would_have_to_follow_another_name() -> None:
    rows = [{"document": "Anna Keller went to Bern.", "summary": "Anna left."}]
    with pytest.raises(UsageError, match=r"^entities\.name would have to change the summary alike"):
        augment(rows, "entities.name", task="summarization", language="en", ignores=["name"])


@pytest.mark.parametrize(
    ("rows", "task", "message"),
    [
        ([{"txt": "a"}], "text-classification", "column 'text' is missing\n  name it: `columns={\"text\": ...}`"),
        ([], "text-classification", "^rows: the dataset is empty"),
        ([*ROWS, {"text": None}], "text-classification", r"^rows\[20\]: 'text' holds nothing"),
        (
            [{"id": 1, **ROWS[0]}, {"id": 1, **ROWS[1]}],
            "text-classification",
            r"^rows\[1\]: .* twice in language en\n  first in rows\[0\]: ids",
        ),
        (
            [{"context": ["It is so.", "So it is."], "question": "Is it?", "answers": "so"}],
            "question-answering",
            "'context' holds more than one text, which cannot be written back",
        ),
        (
            [{"text": "Anna is here", "entities": {"PER": ["Anna"]}}],
            "token-classification",
            r"'entities' holds \{'PER': \['Anna'\]\}, which cannot be moved\n  write a list of",
        ),
    ],
    ids=["column", "empty", "no text", "an id twice", "passages", "entities by label"],
)
def test_data_that_cannot_be_augmented_are_told(rows: Any, task: str, message: str) -> None:
    fields = ["context"] if task == "question-answering" else []
    with pytest.raises(InputError, match=message):
        augment(rows, "case.upper", task=task, language="en", fields=fields)
