"""A session in GitHub Actions: annotations beside the checks, a summary of the job, outputs; elsewhere nothing of it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from door_suites import python, rows, run, write_suite

from albert_robust.ci import github

FILE = "::error file=suite.robust.yaml,line="


@pytest.fixture
def job(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make this a step of a job, and return its folder."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(pytester.path))
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.setenv(name, str(pytester.path / name))
    return pytester.path


def commands(lines: Iterable[str]) -> list[str]:
    """The lines that GitHub's runner would obey."""
    return [line for line in lines if line.lstrip().startswith("::")]


def outputs(folder: Path) -> dict[str, str]:
    """What the step leaves to later ones."""
    return dict(line.split("=", 1) for line in (folder / "GITHUB_OUTPUT").read_text(encoding="utf-8").splitlines())


def test_a_failing_cell_is_an_error_at_the_line_of_its_check(pytester: pytest.Pytester, job: Path) -> None:
    write_suite(pytester.path)
    told = commands(run(pytester).outlines)
    assert len(told) == 1
    title = "title=failed suite%3A%3Adata/case.upper[en]::"
    assert told[0].startswith(f"{FILE}6,{title}consistency 0.00 [0.00, 0.")
    assert told[0].endswith("gate >= 0.70")


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_broken_model_is_an_error_at_its_line_whatever_process_meets_it(job: Path, processes: str) -> None:
    write_suite(job, model="\ndef predict(batch):\n    return ['calm']\n")
    told = commands(python(job, "-m", "pytest", "-n", processes).stdout.splitlines())
    assert len(told) == 1
    assert told[0].startswith(f"{FILE}2,col=1,title=broken suite::the model returned 1 outputs for ")


def test_a_broken_suite_is_an_error_at_each_mistake(pytester: pytest.Pytester, job: Path) -> None:
    write_suite(pytester.path, "typos.swop, case.upper", gate="consistensy >= 0.7")
    told = commands(run(pytester).outlines)
    places = ["line=7,col=21", "line=8,col=13"]
    assert [line.partition("::unknown")[0] for line in told] == [
        f"::error file=suite.robust.yaml,{place},title=broken suite" for place in places
    ]
    assert "perturbation 'typos.swop'%0A  did you mean 'typos.swap'?" in told[0]
    assert outputs(job) == {"verdict": "error", "passed": "0", "failed": "0", "report": "robustness-report/index.html"}


def test_a_model_that_cannot_be_had_is_one_error_however_many_cells_there_are(
    pytester: pytest.Pytester, job: Path
) -> None:
    write_suite(pytester.path, model="raise RuntimeError('no weights')")
    found = run(pytester)
    told = commands(found.outlines)
    assert len(told) == 1
    assert told[0].startswith("::error file=suite.robust.yaml,line=2,col=")
    assert "no weights" in told[0]
    assert outputs(job)["verdict"] == "error"


def test_a_file_is_named_from_the_root_of_the_repository(
    pytester: pytest.Pytester, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_suite(pytester.path / "deep" / "er", "case.upper")
    monkeypatch.chdir(pytester.path / "deep")
    found = run(pytester, "--rootdir=.", "er")
    assert commands(found.outlines)[0].startswith("::error file=deep/er/suite.robust.yaml,line=6,")


def test_two_workers_tell_what_one_process_does(pytester: pytest.Pytester, job: Path) -> None:
    write_suite(pytester.path)
    alone = commands(run(pytester).outlines)
    done = python(pytester.path, "-m", "pytest", "-n", "2", "-p", "no:randomly")
    assert commands(done.stdout.splitlines()) == alone


@pytest.mark.parametrize("options", [[], ["-n", "2", "--dist", "loadgroup"]], ids=["one process", "two"])
def test_a_cell_of_one_of_several_models_is_an_error_at_the_line_of_its_check(job: Path, options: list[str]) -> None:
    path = write_suite(job)
    models = 'models: {small: {python: "model:predict"}}'
    path.write_text(path.read_text().replace('model: {python: "model:predict", version: "1"}', models))
    told = commands(python(job, "-m", "pytest", *options).stdout.splitlines())
    assert [line.partition("::consistency")[0] for line in told] == [
        f"{FILE}6,title=failed suite%3A%3Asmall%3A%3Adata/case.upper[en]"
    ]


@pytest.mark.parametrize("processes", ["0", "2"])
def test_where_pytest_sums_up_a_failing_cell_is_one_line(tmp_path: Path, processes: str) -> None:
    write_suite(tmp_path)
    printed = python(tmp_path, "-m", "pytest", "-n", processes, CI="true").stdout
    full, _, summed = printed.partition("short test summary info")
    told, result = summed.splitlines()[1:]
    start = "FAILED suite.robust.yaml::data/case.upper[en] - invariance case.upper [en]: consistency 0.00 "
    assert told.startswith(start)
    assert result.startswith("=")
    assert full.count("again: pytest") == 1


@pytest.mark.parametrize(
    ("extra", "level"),
    [("", "warning"), ("on_inconclusive: fail\n", "error"), ("on_inconclusive: pass\n", None)],
    ids=["undecided", "that fails", "that passes"],
)
def test_an_undecided_cell_is_told_as_its_suite_takes_it(
    pytester: pytest.Pytester, job: Path, extra: str, level: str | None
) -> None:
    write_suite(pytester.path, "typos.swap", gate="consistency >= 0.9", extra=extra)
    told = commands(run(pytester).outlines)
    assert [line.split(" ")[0] for line in told] == ([f"::{level}"] if level else [])


def test_a_missed_gate_that_warns_is_a_warning_and_a_known_failure_is_none(
    pytester: pytest.Pytester, job: Path
) -> None:
    write_suite(pytester.path, "case.upper", extra="    on_failure: warn\n")
    assert commands(run(pytester).outlines)[0].startswith("::warning file=")
    write_suite(pytester.path, "case.upper", extra="marks:\n  - {cells: '*', xfail: 'known'}\n")
    assert commands(run(pytester).outlines) == []


def test_a_cell_that_its_baseline_misses_is_an_error_or_the_warning_that_was_asked_for(
    pytester: pytest.Pytester, job: Path
) -> None:
    write_suite(pytester.path, "typos.swap, typos.delete")
    run(pytester, "--robust-baseline-update")
    write_suite(pytester.path, "typos.swap")
    gone = "file=suite.robust.yaml,line=1,title={} suite%3A%3Adata/typos.delete@2[en]::missing"
    assert commands(run(pytester).outlines)[0].startswith("::error " + gone.format("failed"))
    lenient = commands(run(pytester, "--robust-warn-stale").outlines)
    assert lenient[0].startswith("::warning " + gone.format("not applicable"))


def test_of_many_failing_cells_ten_are_shown_and_the_rest_counted(pytester: pytest.Pytester, job: Path) -> None:
    languages = ["en", "de", "fr", "es", "it", "nl", "pt", "pl", "cs", "id", "sw", "vi"]
    examples = [row for language in languages for row in rows(3, language)]
    write_suite(pytester.path, "case.upper", languages=", ".join(languages), examples=examples)
    told = commands(run(pytester, "-q").outlines)
    assert [line.split(" ")[0] for line in told] == ["::error"] * 10 + ["::notice"]
    assert told[-1] == "::notice title=robustness::2 more errors: the report has them all"


HOSTILE = """
def predict(batch):
    loud = [one["text"].isupper() for one in batch]
    if len(batch) == 1 and loud[0]:
        raise ValueError("no\\n::stop-commands::token\\r\\n::error file=x::y")
    if any(loud):
        raise ValueError
    return ["\\n::set-output name=a::b"] * len(batch)
"""


@pytest.mark.parametrize("verdict", ["error", "failed"])
def test_a_model_cannot_give_the_runner_commands(pytester: pytest.Pytester, job: Path, verdict: str) -> None:
    model = (
        HOSTILE if verdict == "error" else 'def predict(batch): return ["\\n::debug::" + one["text"] for one in batch]'
    )
    write_suite(
        pytester.path, "case.upper", model=model, examples=[{**row, "id": f"\n::error::{row['id']}"} for row in rows()]
    )
    told = commands(run(pytester, "-rA").outlines)
    assert len(told) == 1
    assert told[0].startswith(f"{FILE}6,title={verdict} ")


NAMES = [
    "b\n::error::pwn",
    "::error::pwn",
    "a\x1b[31m\u202e",
    "##[error]pwn",
    b"c\xff".decode("utf-8", "surrogateescape"),
]


@pytest.mark.parametrize(
    "options", [(), ("--robust-baseline-update",), ("--robust-plan",)], ids=lambda given: " ".join(given)
)
@pytest.mark.parametrize("gate", ["consistency >= 0.7", "consistensy >= 0.7"], ids=["fails", "is broken"])
def test_the_name_of_a_suite_gives_neither_the_terminal_nor_the_runner_commands(
    job: Path, options: Sequence[str], gate: str
) -> None:
    for name in NAMES:
        write_suite(job, name=name, gate=gate)
    done = python(job, "-m", "pytest", "--junitxml=junit.xml", *options)
    told = commands(done.stdout.splitlines())
    assert [line for line in told if not line.startswith("::error file=")] == []
    assert [line for line in done.stdout.splitlines() if not line.isprintable() or "##[" in line] == []
    assert "<U+001B>" in done.stdout
    assert done.stderr == ""


def test_the_summary_of_the_job_is_the_markdown_report_after_what_was_there(
    pytester: pytest.Pytester, job: Path
) -> None:
    write_suite(pytester.path)
    (job / "GITHUB_STEP_SUMMARY").write_text("before\n")
    run(pytester)
    found = (job / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert found.startswith("before\n## Robustness: No\n")
    assert "- **failed** `data/case.upper[en]`" in found


def test_a_summary_that_would_be_too_long_is_cut_at_a_line(
    pytester: pytest.Pytester, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github, "SUMMARY_BYTES", 300)
    write_suite(pytester.path)
    (job / "GITHUB_STEP_SUMMARY").write_text("before\n" * 10)
    run(pytester)
    found = (job / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert len(found) <= 300
    assert found.endswith("\n\nCut here: a job summary holds 1 MiB.\n")


@pytest.mark.parametrize(
    ("perturbations", "gate", "verdict", "passed", "failed"),
    [
        ("typos.swap", "0.7", "passed", "1", "0"),
        ("typos.swap, case.upper", "0.7", "failed", "1", "1"),
        ("typos.swap", "0.9", "inconclusive", "0", "0"),
    ],
)
def test_later_steps_read_the_verdict_and_where_the_report_is(
    pytester: pytest.Pytester, job: Path, perturbations: str, gate: str, verdict: str, passed: str, failed: str
) -> None:
    write_suite(pytester.path, perturbations, gate=f"consistency >= {gate}")
    run(pytester)
    report = "robustness-report/index.html"
    assert outputs(job) == {"verdict": verdict, "passed": passed, "failed": failed, "report": report}


def test_later_steps_read_that_a_run_was_of_some_cells(pytester: pytest.Pytester, job: Path) -> None:
    write_suite(pytester.path)
    run(pytester, "-k", "swap")
    assert outputs(job)["verdict"] == "partial"


def test_a_broken_suite_beside_one_that_passes_is_an_error(pytester: pytest.Pytester, job: Path) -> None:
    write_suite(pytester.path / "one", "typos.swap")
    write_suite(pytester.path / "two", "typos.swap", model="raise RuntimeError('no weights')")
    assert run(pytester).ret == pytest.ExitCode.INTERRUPTED
    assert outputs(job)["verdict"] == "error"


def test_files_that_cannot_be_written_are_a_line_and_no_failure(
    pytester: pytest.Pytester, job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_suite(pytester.path, "typos.swap")
    monkeypatch.setenv("GITHUB_OUTPUT", str(job))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(job / "no" / "folder"))
    found = run(pytester)
    assert found.ret == pytest.ExitCode.OK
    told = [line for line in found.outlines if line.startswith("GITHUB_")]
    assert told == [
        f"GITHUB_STEP_SUMMARY: cannot write {job / 'no' / 'folder'}: No such file or directory",
        f"GITHUB_OUTPUT: cannot write {job}: Is a directory",
    ]


def test_elsewhere_nothing_of_it_happens(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path)
    assert commands(run(pytester).outlines) == []
