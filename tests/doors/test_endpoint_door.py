"""A suite whose model is behind an endpoint, run as users run it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from chatting import KEY, Chat, Reply, chat, saying
from door_suites import kept_run, python, rows, run, verdicts
from pyarrow import parquet

from albert_robust.cli import main


def answer(text: str) -> str | Reply:
    """Say `Loud.` of what is in capitals; fail now and then at first."""
    return "Loud." if text.removeprefix("Loud or calm? ").isupper() else "calm"


@pytest.fixture
def server() -> Iterator[Chat]:
    with chat(answer) as running:
        yield running


@pytest.fixture
def folder(pytester: pytest.Pytester, server: Chat, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a suite that asks the server."""
    monkeypatch.setenv("MY_KEY", KEY)
    (pytester.path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows()), encoding="utf-8")
    write(pytester.path, server.url)
    return pytester.path


def write(folder: Path, url: str, prompt: str = "Loud or calm? {text}", more: str = "") -> None:
    (folder / "suite.robust.yaml").write_text(
        f"task: text-classification\nmodel:\n  endpoint: {url}\n  model: small-1\n  prompt: '{prompt}'\n"
        f"  labels: [loud, calm]\n  key_env: MY_KEY\n{more}"
        "datasets: {data: {path: data.jsonl, language: en}}\n"
        "checks:\n  - expect: invariance\n    perturbations: [typos.swap, case.upper]\n    gates: [consistency >= 0.7]\n"
    )


def test_its_answers_are_judged_like_any_model_s(pytester: pytest.Pytester, folder: Path, server: Chat) -> None:
    assert run(pytester).ret == 1
    assert verdicts(folder) == {"data/typos.swap@2[en]": "passed", "data/case.upper[en]": "failed"}
    suite = kept_run(folder)["suites"][0]
    assert suite["model"] == f"endpoint: {server.url}, model: small-1"
    assert suite["identity"].startswith(f"endpoint:small-1@{server.url}:")
    assert suite["settings"] == {"prompt": "Loud or calm? {text}"}


def test_a_second_run_asks_nothing_and_needs_no_key(
    pytester: pytest.Pytester, folder: Path, server: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(pytester)
    before, asked = verdicts(folder), len(server.asked)
    monkeypatch.delenv("MY_KEY")
    run(pytester)
    assert (verdicts(folder), len(server.asked)) == (before, asked)


def test_tokens_are_told_where_the_server_tells_them(pytester: pytest.Pytester, folder: Path) -> None:
    with chat(lambda text: saying("calm", usage={"prompt_tokens": 100, "completion_tokens": 2})) as other:
        write(folder, other.url)
        run(pytester).stdout.fnmatch_lines(
            ["*; 36 inputs predicted, 0 from the cache, 3,600 tokens asked and 72 answered"]
        )
    assert kept_run(folder)["cost"]["prompt_tokens"] == 3600


def test_tokens_are_priced_by_the_million_once_they_are_told(pytester: pytest.Pytester, folder: Path) -> None:
    usage = {"prompt_tokens": 100_000, "completion_tokens": 50_000}
    price = "  price: {input: 0.1, output: 0.4}\n"
    with chat(lambda text: saying("calm", usage=usage)) as other:
        write(folder, other.url, more=price)
        guessed = "*36 to ask*, price about 0.0015, tokens guessed by the length of texts"
        run(pytester, "--robust-plan").stdout.fnmatch_lines([guessed])
        run(pytester, "-k", "swap").stdout.fnmatch_lines(["*24 inputs predicted, 0 from the cache, price 0.72, *"])
        run(pytester, "--robust-plan").stdout.fnmatch_lines(["*12 to ask in 12 requests, about *, price 0.36"])


def test_tokens_that_no_server_tells_have_no_price(pytester: pytest.Pytester, folder: Path, server: Chat) -> None:
    write(folder, server.url, more="  price: {input: 0.1, output: 0.4}\n")
    run(pytester).stdout.fnmatch_lines(["*; 36 inputs predicted, 0 from the cache"])
    assert "price" not in kept_run(folder)["cost"]


def test_a_prompt_that_changed_is_asked_anew(pytester: pytest.Pytester, folder: Path, server: Chat) -> None:
    run(pytester)
    asked = len(server.asked)
    write(folder, server.url, prompt="Loud or calm?  {text}")
    run(pytester)
    assert len(server.asked) == 2 * asked


def test_the_run_is_the_same_however_many_are_asked_at_once(
    pytester: pytest.Pytester, folder: Path, server: Chat
) -> None:
    outcomes = []
    for at_once in (1, 8):
        write(folder, server.url, more=f"  at_once: {at_once}\n")
        run(pytester, f"--robust-workspace={at_once}")
        outcomes.append((folder / "robustness-report" / "outcomes.parquet").read_bytes())
    assert outcomes[0] == outcomes[1]


def test_the_key_is_in_no_file_and_no_output(pytester: pytest.Pytester, folder: Path, server: Chat) -> None:
    says: list[str | Reply] = [
        Reply(f"no: {KEY}", 400),
        Reply(f"busy: {KEY}", 500, {"Retry-After": "0"}),
        f"calm {KEY}",
    ]
    with chat(lambda text: says.pop(0) if says else "calm") as other:
        write(folder, other.url, more="  at_once: 1\n")
        result = run(pytester, "--showlocals", "--junitxml=found.xml", "-vv")
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert other.keys[0] == f"Bearer {KEY}"
    assert len(written) > 8
    assert [path.name for path in written if KEY.encode() in path.read_bytes()] == []
    assert KEY not in result.stdout.str() + result.stderr.str()
    assert "the endpoint says 400: no: (the key)" in result.stdout.str()


def chatty(text: str) -> str:
    """Say a label in a sentence, and of one text in capitals none."""
    text = text.removeprefix("Loud or calm? ")
    if not text.isupper():
        return "I would say that it is calm."
    return "Nobody can say." if "1" in text else "It is loud, I think."


def test_what_was_said_is_shown_beside_what_was_read_and_replies_without_a_label_are_counted(
    pytester: pytest.Pytester, folder: Path
) -> None:
    with chat(chatty) as other:
        write(folder, other.url)
        shown = run(pytester).stdout
        again = run(pytester).stdout
        asked = len(other.asked)
    assert asked == 36
    for found in (shown, again):
        found.fnmatch_lines(["  original     -> calm (read from: I would say that it is calm.)"])
        found.fnmatch_lines(
            ["warning * of 24 tested cases have an answer that says none of the labels, such as 'Nobody *"]
        )
    cells = {cell["cell"]: cell["counts"]["no_label"] for cell in kept_run(folder)["cells"]}
    assert cells["data/typos.swap@2[en]"] == 0 < cells["data/case.upper[en]"] < 12
    page = (folder / "robustness-report" / "index.html").read_text(encoding="utf-8")
    assert "read from <bdi>It is loud, I think.</bdi>" in page


def test_an_empty_answer_is_told_as_such_and_costs_no_report(pytester: pytest.Pytester, folder: Path) -> None:
    with chat(lambda text: "" if text.isupper() or "1" in text else "calm") as other:
        write(folder, other.url)
        shown = run(pytester).stdout
    shown.fnmatch_lines(["warning * tested cases have an answer that says none of the labels, such as ''*"])
    shown.fnmatch_lines(["report: robustness-report/index.html"])


def test_replies_that_come_in_as_a_file_are_read_as_those_of_the_endpoint(
    pytester: pytest.Pytester, folder: Path, server: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    suite, workspace = str(folder / "suite.robust.yaml"), f"--workspace={folder / '.albert_robust'}"
    assert main(["inputs", suite, workspace]) == 0
    asked = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    lines = [json.dumps({"key": one["key"], "output": "<think>Hm.</think>The text is calm."}) for one in asked]
    (folder / "replies.jsonl").write_text("\n".join(lines))
    assert main(["outputs", suite, workspace, f"--from={folder / 'replies.jsonl'}"]) == 0
    assert run(pytester).ret == 0
    assert server.asked == []
    outcomes = parquet.read_table(folder / "robustness-report" / "outcomes.parquet")
    assert set(outcomes["after"].to_pylist()) == {"calm"}
    assert set(outcomes["said_after"].to_pylist()) == {"The text is calm."}


def test_a_missing_key_is_one_line_and_nothing_is_asked(
    pytester: pytest.Pytester, folder: Path, server: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MY_KEY")
    result = run(pytester)
    assert result.ret == 2
    result.stdout.fnmatch_lines(["suite.robust.yaml:2:1: the environment has no MY_KEY, *"])
    assert server.asked == []


def test_a_key_that_is_refused_is_one_line_at_its_place(pytester: pytest.Pytester, folder: Path) -> None:
    with chat(lambda text: Reply('{"error": {"message": "Incorrect API key"}}', 401)) as other:
        write(folder, other.url)
        result = run(pytester)
    assert result.ret == 2
    result.stdout.fnmatch_lines(["suite.robust.yaml:2:1: the endpoint says 401: *Incorrect API key*"])
    assert len(other.asked) <= 64


@pytest.mark.parametrize("said", ["\\ud800", "\\u0000\\u001b[31m", "\\u202e"])
def test_characters_that_nobody_can_write_harm_no_run(pytester: pytest.Pytester, folder: Path, said: str) -> None:
    reply = Reply(f'{{"choices": [{{"message": {{"content": "calm {said}!"}}}}]}}')
    with chat(lambda text: reply) as other:
        write(folder, other.url)
        run(pytester).stdout.no_fnmatch_line("*could not be run*")
    assert set(verdicts(folder).values()) == {"passed"}


def test_a_plan_is_made_without_a_request_or_a_key(
    pytester: pytest.Pytester, folder: Path, server: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MY_KEY")
    run(pytester, "--robust-plan").stdout.fnmatch_lines(["suite: 2 cells, 24 cases, 36 unique inputs, 36 to ask*"])
    assert server.asked == []


def test_collecting_loads_no_client(folder: Path) -> None:
    code = (
        "import sys, pytest\nfound = pytest.main(['--collect-only', '-q', '-p', 'no:randomly'])\n"
        "sys.exit(found or 'albert_robust.models.client' in sys.modules)"
    )
    assert python(folder, "-c", code).returncode == 0


def test_what_it_is_asked_can_be_answered_elsewhere_too(
    folder: Path, server: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inputs", str(folder / "suite.robust.yaml"), "--workspace", os.fspath(folder / "w")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 36
    assert server.asked == []


def test_a_language_model_is_asked_the_prompts_of_the_data(pytester: pytest.Pytester) -> None:
    prompts = [f"What is the capital of Spain, in {number}?" for number in range(1950, 2010)]
    lines = [json.dumps({"prompt": prompt, "answer": "Madrid"}) for prompt in prompts]
    (pytester.path / "data.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with chat(lambda text: "<think>Easy.</think> It was Madrid." if "SPAIN" not in text else "No idea.") as other:
        begin = ["init", "--task=text-generation", f"--model=m@{other.url}", "--data=data.jsonl", "--language=en"]
        assert main(begin) == 0
        text = (pytester.path / "model.robust.yaml").read_text().partition("checks:")[0]
        checks = "[{expect: reference, gates: [contains >= 0.9]}, {expect: invariance, perturbations: [case.upper]}]"
        (pytester.path / "model.robust.yaml").write_text(f"{text}checks: {checks}\n")
        assert run(pytester).ret == 1
    assert verdicts(pytester.path) == {"data/reference[en]": "passed", "data/case.upper[en]": "failed"}
    assert set(prompts) <= set(other.asked)
