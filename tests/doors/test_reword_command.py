"""`albert-robust reword`: a chat model's wordings become a perturbation."""

import json
from pathlib import Path

import pytest
from chatting import KEY, Reply, chat
from door_suites import run, verdicts, write_suite

from albert_robust.cli import main

OUT = Path("perturbations") / "reworded.variants.jsonl"
REWRITER = "endpoint: {}\nmodel: small-1\nkey_env: MY_KEY\nprompt: '{{n}} ways: {{text}}'\nretries: 0\n"


def answer(asked: str) -> str | Reply:
    number, text = asked.split(" ways: ")
    return Reply("no", 400) if "town 3" in text else json.dumps([f"Well, {text}", f"{text} Indeed."][: int(number)])


@pytest.fixture
def here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MY_KEY", KEY)
    monkeypatch.chdir(pytester.path)
    write_suite(pytester.path, "typos.swap")
    return pytester.path


def test_wordings_are_asked_for_once_and_tested_with(
    pytester: pytest.Pytester, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with chat(answer) as server:
        Path("r.yaml").write_text(REWRITER.format(server.url))
        assert main(["reword", "suite.robust.yaml", "--by", "r.yaml", "--n", "2"]) == 0
        said = capsys.readouterr().out
        assert said.startswith(f"{OUT}: 22 new wordings, of 11 texts\nno wording of 1: ")
        assert "perturbations: [given.reworded]" in said
        assert len(server.asked) == 12
        lines = OUT.read_text().splitlines()
        assert json.loads(lines[0])["variant"] == "Well, the weather in town 0 was lovely"
        OUT.write_text("".join(f"{line}\n" for line in lines[1:]))  # somebody read them over
        assert main(["reword", "suite.robust.yaml", "--by", "r.yaml", "--n", "2"]) == 0
        assert OUT.read_text().splitlines() == lines[1:]
    assert KEY not in OUT.read_text() + said
    suite = Path("suite.robust.yaml")
    suite.write_text(suite.read_text().replace("typos.swap", "given.reworded"))
    run(pytester)
    assert list(verdicts(here)) == ["data/given.reworded[en]"]


def test_the_suite_may_name_the_wordings_that_it_has_not_yet(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_suite(here, "given.reworded, given.formal")
    with chat(answer) as server:
        Path("r.yaml").write_text(REWRITER.format(server.url))
        assert main(["reword", "suite.robust.yaml", "--by", "r.yaml"]) == 0
        assert (
            main(["reword", "suite.robust.yaml", "--by", "r.yaml", "--out", f"{OUT.parent}/formal.variants.jsonl"]) == 0
        )
    assert capsys.readouterr().out.count(" new wordings, of 11 texts") == 2


def test_the_fields_of_the_checks_that_name_the_wordings_are_reworded(here: Path) -> None:
    suite = {
        "task": "text-generation",
        "model": {
            "endpoint": "http://localhost:9/v1/chat/completions",
            "model": "m",
            "system": "Be kind in town 0.",
            "prompt": "{prompt}",
        },
        "datasets": {"d": {"rows": [{"prompt": "Where is town 1?"}], "language": "en"}},
        "checks": [
            {"expect": "invariance", "perturbations": ["given.reworded"], "fields": ["system"]},
            {"expect": "invariance", "perturbations": ["typos.swap"]},
        ],
    }
    Path("suite.robust.yaml").write_text(json.dumps(suite))
    with chat(answer) as server:
        Path("r.yaml").write_text(REWRITER.format(server.url))
        assert main(["reword", "suite.robust.yaml", "--by", "r.yaml"]) == 0
        other = ["--out", f"{OUT.parent}/other.variants.jsonl"]
        assert main(["reword", "suite.robust.yaml", "--by", "r.yaml", *other]) == 0
    assert {json.loads(line)["text"] for line in OUT.read_text().splitlines()} == {"Be kind in town 0."}
    texts = {json.loads(line)["text"] for line in Path(other[1]).read_text().splitlines()}
    assert texts == {"Be kind in town 0.", "Where is town 1?"}  # no check names these, so all that is perturbed


def test_where_there_is_no_wording_nothing_is_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with chat(lambda asked: "Bananas are yellow.") as server:
        Path("r.yaml").write_text(REWRITER.format(server.url))
        assert main(["reword", "suite.robust.yaml", "--by", "r.yaml"]) == 1
    assert "12 rejected:\n  Bananas are yellow. (LABS " in capsys.readouterr().out
    assert not OUT.exists()


@pytest.mark.parametrize(("options", "said"), [
    (["--out", "x.jsonl"], "'x.jsonl': a file of variants is called NAME.variants.jsonl"),
    (["--n", "0"], "--n 0: expected 1 or more"),
    (["--field", "txt"], "--field txt: text-classification has the fields text"),
    (["--field", "template"], "template is one where a check of the suite says `fields: [template]`"),
    (["--by", "w.yaml"], "w.yaml:1:1: the model returned 0 outputs for 12 inputs"),
    (["--by", "none.yaml"], "none.yaml:1:1: there is no such file"),
])  # fmt: skip
def test_a_mistake_is_one_line(here: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str) -> None:
    Path("r.yaml").write_text(REWRITER.format("http://localhost:9/v1/chat/completions"))
    Path("w.yaml").write_text("python: w:reword\n")
    Path("w.py").write_text("def reword(batch):\n    return []\n")
    assert main(["reword", "suite.robust.yaml", "--by", "r.yaml", *options]) == 2
    assert said in capsys.readouterr().err
