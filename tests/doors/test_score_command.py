"""`albert-robust score`, from outside: what it prints, and one clear line with exit code 2 for what it cannot score."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from albert_robust import Scorer, compare, score
from albert_robust.cli import main
from albert_robust.scoring.significance import holm

Captured = pytest.CaptureFixture[str]
CANDIDATES = ["the weather was lovely", "苹果很好吃", "", "a\u2028b\x0bc"]
REFERENCES = ["the weather was lovely", "no trains run on Sunday", "something", "a b"]
OTHERS = ["it rained", "苹果很好吃。", "", ""]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands run in."""
    monkeypatch.chdir(tmp_path)
    for name, lines in (("c", CANDIDATES), ("r", REFERENCES), ("o", OTHERS), ("k", ["one", "one", "two", "two"])):
        (tmp_path / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return tmp_path


BOTH = ("--candidates", "c.txt", "--references", "r.txt")


def printed(capsys: Captured, *arguments: str) -> str:
    assert main(["score", *BOTH, *arguments]) == 0
    out, error = capsys.readouterr()
    assert error == ""
    return out


def refused(capsys: Captured, *arguments: str) -> str:
    assert main(["score", *arguments]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in error
    return error


def test_json_is_what_python_gives(capsys: Captured, files: Path) -> None:
    found = json.loads(printed(capsys, "--language", "en", "--reference-language", "zh", "--json"))
    assert found == score(CANDIDATES, REFERENCES, languages="en", reference_languages="zh").as_dict()
    assert found["corpus"]["mean"] == pytest.approx(np.mean(found["f"]), abs=1e-6)


@pytest.mark.parametrize("how", [["--raw"], ["--language", "en"], ["--language", "en", "--explain", "1"]])
def test_the_device_is_the_encoder_s(capsys: Captured, files: Path, how: list[str]) -> None:
    assert printed(capsys, *how, "--device", "cpu")
    assert "device: 'gpu' cannot be used here" in refused(capsys, *BOTH, *how, "--device", "gpu")


def test_candidates_may_come_from_standard_input(
    capsys: Captured, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO((files / "c.txt").read_bytes())))
    assert main(["score", "--candidates", "-", "--references", "r.txt", "--language", "en"]) == 0
    assert capsys.readouterr().out == printed(capsys, "--language", "en")


def test_people_get_a_line_a_pair_the_mean_and_a_signature(capsys: Captured, files: Path) -> None:
    found = score(CANDIDATES, REFERENCES, languages="en")
    *rows, mean, signature = printed(capsys, "--language", "en").splitlines()
    assert rows[0].split() == ["line", "precision", "recall", "F"]
    assert rows[1].split() == ["1", "1.0000", "1.0000", "1.0000"]
    assert [float(row.split()[3]) for row in rows[1:]] == pytest.approx(found.f, abs=1e-4)
    low, high = found.corpus.low, found.corpus.high
    assert (
        mean == f"mean F {found.corpus.value:.4f} [{low:.4f}, {high:.4f}]   4 pairs, 1 with an empty or unreadable text"
    )
    assert signature == found.signature


def test_one_pair_has_no_interval(capsys: Captured, files: Path) -> None:
    (files / "one.txt").write_text("a\n")
    assert main(["score", "--candidates", "one.txt", "--references", "one.txt"]) == 0
    assert "mean F 1.0000 [no interval]   1 pairs\n" in capsys.readouterr().out


def test_of_several_files_of_references_the_best_counts_and_empty_lines_do_not(capsys: Captured, files: Path) -> None:
    table = printed(capsys, "--references", "o.txt").splitlines()
    assert [row.split()[-1] for row in table[:5]] == ["reference", "1", "2", "1", "1"]
    found = json.loads(printed(capsys, "--references", "o.txt", "--json"))
    groups = [REFERENCES[:1] + OTHERS[:1], REFERENCES[1:2] + OTHERS[1:2], REFERENCES[2:3], REFERENCES[3:]]
    assert found["f"] == score(CANDIDATES, groups).as_dict()["f"]
    assert found["winners"] == [0, 1, 0, 0]
    assert "|nrefs:2|" in found["signature"]


def test_clusters_widen_the_interval(capsys: Captured, files: Path) -> None:
    found = json.loads(printed(capsys, "--clusters", "k.txt", "--json"))
    assert found == score(CANDIDATES, REFERENCES, clusters=["one", "one", "two", "two"]).as_dict()
    assert "4 pairs in 2 clusters" in printed(capsys, "--clusters", "k.txt")


def test_two_systems_are_compared(capsys: Captured, files: Path) -> None:
    first, second = score(CANDIDATES, REFERENCES), score(OTHERS, REFERENCES)
    expected = compare(first, second)
    found = json.loads(printed(capsys, "--against", "o.txt", "--json"))
    assert found["first"] == {"name": "c.txt", **first.as_dict()}
    [other] = found["against"]
    assert {name: other[name] for name in second.as_dict()} == second.as_dict()
    assert other["difference"]["mean"] == pytest.approx(first.corpus.value - second.corpus.value, abs=1e-6)
    assert (other["bootstrap_p"], other["randomisation_p"]) == (expected.bootstrap, expected.randomisation)
    lines = printed(capsys, "--against", "o.txt").splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [
        ["c.txt", f"{first.corpus.value:.4f}"],
        ["o.txt", f"{second.corpus.value:.4f}"],
    ]
    name, difference, *_, bootstrap, randomisation = lines[5].split()
    assert name == "o.txt"
    numbers = [expected.difference.value, expected.bootstrap, expected.randomisation]
    assert [float(difference), float(bootstrap), float(randomisation)] == pytest.approx(numbers, abs=1e-4)
    assert lines[6:] == ["4 are few for a bootstrap: believe the randomisation", first.signature]


def test_of_several_systems_the_chances_are_adjusted(capsys: Captured, files: Path) -> None:
    (files / "p.txt").write_text("x\n" * 4)
    found = json.loads(printed(capsys, "--against", "o.txt", "--against", "p.txt", "--json"))["against"]
    assert [one["name"] for one in found] == ["o.txt", "p.txt"]
    assert [one["adjusted_p"] for one in found] == holm([one["randomisation_p"] for one in found])
    assert "adjusted" in printed(capsys, "--against", "o.txt", "--against", "p.txt")


TABLE = (
    '{"candidate": "the weather was lovely", "reference": ["no trains run", "the weather was lovely"], "language": "EN"}\n'
    '{"candidate": "苹果很好吃", "reference": "苹果很好吃。", "language": "zh", "other": ""}\n'
    '{"candidate": "Der Hund schläft.", "reference": "The dog sleeps.", "language": "de", "reference_language": "en"}\n'
)


def test_a_table_has_a_pair_per_row_with_its_languages(capsys: Captured, files: Path) -> None:
    (files / "t.jsonl").write_text(TABLE, encoding="utf-8")
    assert main(["score", "--pairs", "t.jsonl", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    rows = [json.loads(line) for line in TABLE.splitlines()]
    expected = score(
        [row["candidate"] for row in rows],
        [row["reference"] for row in rows],
        languages=["en", "zh", "de"],
        reference_languages=["en", "zh", "en"],
    )
    means = found.pop("languages")
    assert found == expected.as_dict()
    assert {tag: mean["mean"] for tag, mean in means.items()} == pytest.approx(
        {"en": expected.f[0], "zh": expected.f[1], "de-en": expected.f[2]}, abs=1e-6
    )
    assert main(["score", "--pairs", "t.jsonl", "--summary"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        "language",
        "de-en",
        "en",
        "zh",
        "mean",
        expected.signature.split()[0],
    ]


def test_raw_reads_no_languages_of_a_table(capsys: Captured, files: Path, tiny_encoder: str) -> None:
    (files / "t.jsonl").write_text(TABLE, encoding="utf-8")
    assert main(["score", "--pairs", "t.jsonl", "--raw", "--encoder", tiny_encoder, "--json"]) == 0
    rows = [json.loads(line) for line in TABLE.splitlines()]
    texts = [[row[name] for row in rows] for name in ("candidate", "reference")]
    assert json.loads(capsys.readouterr().out)["f"] == score(*texts, encoder=tiny_encoder, raw=True).as_dict()["f"]


def test_a_table_names_its_columns_systems_and_clusters(capsys: Captured, files: Path) -> None:
    (files / "t.csv").write_text("out,gold,base,cluster\na b,a b,a c,1\nc d,c e,c e,1\ne f,e f,e,2\n")
    named = ("--column", "candidate=out", "--column", "reference=gold", "--language", "en")
    assert main(["score", "--pairs", "t.csv", *named, "--against", "base", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    expected = score(["a b", "c d", "e f"], ["a b", "c e", "e f"], languages="en", clusters=["1", "1", "2"])
    assert found["first"] == {"name": "out", **expected.as_dict()}
    assert found["against"][0]["f"] == score(["a c", "c e", "e"], ["a b", "c e", "e f"], languages="en").as_dict()["f"]


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (
            "candidate\na\n",
            [],
            "t.csv:1:1: the column 'reference' is missing\n  name it with --column reference=COLUMN",
        ),
        ("candidate,reference\n", [], "t.csv has no rows: there is nothing to score\n"),
        (
            "candidate,reference,language\na,b,english!\n",
            [],
            "t.csv:2:1: language: 'english!' is no language tag: did y",
        ),
        ("candidate,reference\na,b\n", ["--against", "bas"], "t.csv:1:1: the column 'bas' is missing\n  known: candid"),
        ("candidate,reference\na,b\n", ["--column", "text=a"], "--column text=...: known: candidate, reference, lang"),
        (
            "candidate,reference\na,b\n",
            ["--references", "r.txt"],
            "--pairs is a table of candidates, references and cl",
        ),
        ("candidate,reference,cluster\na,b,1\na,b,\n", [], "t.csv:3:1: 'cluster' holds nothing\n  name the cluster of"),
        ("candidate,reference\na,b\n", ["--encoding", "utf-9"], "'utf-9' is no encoding that Python knows"),
        ("candidate,reference\na,b\n", ["--explain", "2"], "--explain 2: there are lines 1 to 1\n"),
    ],
    ids=str,
)
def test_a_table_that_cannot_be_scored_is_told(
    capsys: Captured, files: Path, content: str, arguments: list[str], message: str
) -> None:
    (files / "t.csv").write_text(content)
    assert refused(capsys, "--pairs", "t.csv", *arguments).startswith(message)


def test_a_list_of_references_is_a_list_in_json_and_a_text_like_one_is_a_text(capsys: Captured, files: Path) -> None:
    references = ['["a b", "c d"]', ["c d", "a b"]]
    lines = [json.dumps({"candidate": "a b", "reference": one}) for one in references]
    (files / "t.jsonl").write_text("\n".join(lines))
    assert main(["score", "--pairs", "t.jsonl", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["f"] == score(["a b"] * 2, references).as_dict()["f"]
    (files / "t.csv").write_text('candidate,reference\na b,"[""c d"", ""a b""]"\n')
    assert main(["score", "--pairs", "t.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["f"] == [1.0]


def test_a_table_may_be_in_another_encoding(capsys: Captured, files: Path) -> None:
    (files / "t.csv").write_text("candidate,reference\nété,été\n", encoding="utf-16")
    assert "`--encoding utf-16` in a shell" in refused(capsys, "--pairs", "t.csv")
    assert main(["score", "--pairs", "t.csv", "--encoding", "utf-16", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["f"] == [1.0]


def test_a_cell_without_a_text_is_told(capsys: Captured, files: Path) -> None:
    (files / "t.jsonl").write_text('{"candidate": "a", "reference": "b"}\n{"candidate": null, "reference": "b"}\n')
    assert refused(capsys, "--pairs", "t.jsonl") == (
        "t.jsonl:2:1: 'candidate': expected a text, got None\n  write \"\" where a system said nothing\n"
    )


def test_a_pair_is_explained_token_by_token(capsys: Captured, files: Path, tiny_encoder: str) -> None:
    tiny = ("--encoder", tiny_encoder, "--calibration", "none")
    lines = printed(capsys, "--explain", "4", *tiny).splitlines()
    made = Scorer(tiny_encoder, calibration="none").explain(CANDIDATES[3], REFERENCES[3])
    assert lines[0].split() == ["candidate", "weight", "nearest", "of", "the", "reference", "similarity"]
    assert [line.split()[-1] for line in lines[1:8]] == [f"{row.max():.4f}" for row in made.similarity]
    assert lines[9].split()[0] == "reference"
    assert lines[-2].split() == [
        "score",
        *(f"{value[0]:.4f}" for value in (made.scores.precision, made.scores.recall, made.scores.f)),
    ]
    assert lines[-1] == made.scores.signature
    assert not [one for line in lines for one in line if not one.isprintable()]
    found = json.loads(printed(capsys, "--explain", "4", *tiny, "--json"))
    assert found["candidate"] == list(made.candidate)
    assert np.array(found["similarity"]) == pytest.approx(made.similarity, abs=1e-4)
    assert found["scores"] == made.scores.as_dict()


def test_a_piece_without_letters_is_shown_as_a_blank(capsys: Captured, files: Path) -> None:
    for name in ("c.txt", "r.txt"):
        (files / name).write_text("good ☂\n")
    lines = printed(capsys, "--explain", "1").splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["good", "␣"]


def test_a_pair_with_an_empty_text_is_explained_too(capsys: Captured, files: Path) -> None:
    lines = printed(capsys, "--explain", "3").splitlines()
    assert lines[0].startswith("candidate")
    assert lines[2].startswith("reference")
    assert lines[-2].split() == ["score", "0.0000", "0.0000", "0.0000"]


def test_the_best_reference_is_explained(capsys: Captured, files: Path) -> None:
    found = json.loads(printed(capsys, "--references", "o.txt", "--explain", "2", "--json"))
    assert "".join(found["reference"]).replace("。", "") == "苹果很好吃"


def test_an_explained_pair_is_drawn(capsys: Captured, files: Path) -> None:
    printed(capsys, "--explain", "1", "--svg", "one.svg")
    assert "</svg>" in (files / "one.svg").read_text(encoding="utf-8")


def test_a_picture_that_cannot_be_written_is_one_clear_line(capsys: Captured, files: Path) -> None:
    (files / "folder").mkdir()
    told = refused(capsys, *BOTH, "--explain", "1", "--svg", "folder")
    assert told == "folder: cannot be written: Is a directory\n  name another file: --svg FILE\n"


def test_raw_is_bertscore(capsys: Captured, files: Path, tiny_encoder: str) -> None:
    for idf in (False, True):
        found = json.loads(printed(capsys, "--encoder", tiny_encoder, "--raw", *["--idf"] * idf, "--json"))
        assert found == score(CANDIDATES, REFERENCES, encoder=tiny_encoder, raw=True, idf=idf).as_dict()
        assert found["signature"].startswith("BERTScore-F|")


def test_languages_are_detected(capsys: Captured, files: Path) -> None:
    (files / "c.txt").write_text("Die Großmutter schickte einen langen Brief.\n" * 4, encoding="utf-8")
    assert "|lang:de|" in printed(capsys, "--language", "detect")


def test_anchors_can_be_left_out(capsys: Captured, files: Path) -> None:
    marks = [f"|cal:{name}" for name in ("none|", "floor@", "floor+par@", "floor+par+damage@")]
    for level, mark in zip(("none", "floor", "floor+par", "damage"), marks, strict=True):
        assert mark in printed(capsys, "--calibration", level)


def test_a_byte_order_mark_and_carriage_returns_are_no_part_of_a_text(capsys: Captured, files: Path) -> None:
    plain = printed(capsys, "--json")
    (files / "c.txt").write_bytes(b"\xef\xbb\xbf" + (files / "c.txt").read_bytes().replace(b"\n", b"\r\n"))
    assert printed(capsys, "--json") == plain


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--references", "short.txt"], "short.txt has another number of lines: 1 for the 4 of c.txt\n"),
        (["--against", "short.txt"], "short.txt has another number of lines: 1 for the 4 of c.txt\n"),
        (["--clusters", "short.txt"], "short.txt has another number of lines: 1 for the 4 of c.txt\n"),
        (["--references", "cc.txt"], "cc.txt:1:1: there is no such file\n  did you mean 'c.txt'?\n"),
        (["--references", "latin.txt"], "latin.txt:2:1: not UTF-8 text\n  save it as UTF-8\n"),
        (["--candidates", "empty.txt"], "empty.txt is empty: there is nothing to score\n"),
        (["--calibration", "full"], "calibration: 'full' is none of none, floor, floor+par, damage\n"),
        (["--idf"], "--idf goes with --raw: without it the profile decides how much a token counts\n"),
        (["--raw", "--calibration", "floor"], "--raw has no calibration and no profile\n"),
        (["--raw", "--profile", "."], "--raw has no calibration and no profile\n"),
        (["--raw", "--language", "en"], "--raw has no languages: leave --language and --reference-language out\n"),
        (["--raw", "--reference-language", "en"], "--raw has no languages: leave --language and --reference-lang"),
        (["--clusters", "k.txt", "--explain", "1"], "--explain shows one pair: leave --clusters out\n"),
        (["--raw", "--explain", "1"], "--explain shows LABS: leave --raw out\n"),
        (["--against", "o.txt", "--explain", "1"], "--explain shows one system: leave --against out\n"),
        (["--explain", "0"], "--explain 0: there are lines 1 to 4\n"),
        (["--explain", "5"], "--explain 5: there are lines 1 to 4\n"),
        (["--candidates", "-", "--references", "-"], "standard input is read once: name one file as -\n"),
        (["--column", "candidate=a"], "--column goes with --pairs\n"),
        (["--summary", "--json"], "--summary leaves out the lines that --json has\n"),
        (["--against", "c.txt"], "--against names other systems, each once\n"),
        (["--against", "./c.txt"], "--against names other systems, each once\n"),
        (["--against", "o.txt", "--against", "o.txt"], "--against names other systems, each once\n"),
        (["--svg", "a.svg"], "--svg goes with --explain LINE\n"),
        (["--profile", "nowhere"], "no profile in nowhere: make one with `albert-robust calibrate`\n"),
        (["--encoder", "nowhere"], "cannot load the encoder 'nowhere': there is no such folder"),
        (
            ["--encoder", "nowhere", "--calibration", "none"],
            "cannot load the encoder 'nowhere': there is no such folder",
        ),
        (["--language", "zh-en"], "languages: 'zh-en' names two languages: write languages='zh', reference_lang"),
        (["--language", "english!"], "languages: 'english!' is no language tag: did you mean 'en'?\n"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_scored_is_told_in_one_line(
    capsys: Captured, files: Path, arguments: list[str], message: str
) -> None:
    (files / "short.txt").write_text("one line\n")
    (files / "latin.txt").write_bytes(b"tea\ncaf\xe9\n")
    (files / "empty.txt").write_text("")
    told = refused(capsys, *BOTH, *arguments)
    assert told.startswith(message)
    assert told.count("\n") == max(1, message.count("\n"))


def test_an_option_that_is_none_exits_with_2(files: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["score", *BOTH, "--layer", "last"])
    assert ended.value.code == 2


def test_scores_of_other_settings_do_not_compare(files: Path, tiny_encoder: str) -> None:
    from albert_robust.errors import UsageError

    one: Any = score(["a"], ["b"], encoder=tiny_encoder, calibration="none")
    for other, field in (
        (score(["a"], ["b"], encoder=tiny_encoder, calibration="none", layer=1), "L: 2, 1"),
        (score(["a"], ["b"], encoder=tiny_encoder, raw=True), "score: LABS-F, BERTScore-F"),
    ):
        with pytest.raises(UsageError, match=f"the scores do not compare: they differ in .*{field}"):
            compare(one, other)
