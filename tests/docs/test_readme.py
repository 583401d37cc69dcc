"""The README and docs/ say what is so: their suites, tables and perturbation are run and compared."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from fnmatch import fnmatch
from pathlib import Path

import pytest
import regex
import yaml

from albert_robust import Example, Span, Text, perturb, run
from albert_robust.cli import main, parser
from albert_robust.errors import InputError
from albert_robust.models.prompt import turns_of
from albert_robust.packs import base
from albert_robust.perturbing import open_packs
from albert_robust.reword import read_rewriter
from albert_robust.running.blocks import examples_of
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite, load_suites
from albert_robust.tasks.task import Compared

ROOT = Path(__file__).resolve().parents[2]
PAGES = {path: path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}
QUICKSTART = ROOT / "docs" / "quickstart"


def block(language: str, first_line: str) -> str:
    """Return the one code block that opens with a line. The tutorial has files of the same names, and a test of its own."""
    pages = "\n".join(page for path, page in PAGES.items() if path.name != "tutorial.md")
    found = re.findall(rf"```{language}\n{re.escape(first_line)}\n(.*?)```", pages, flags=re.S)
    assert len(found) == 1, first_line
    return str(found[0])


def anchors(page: str) -> set[str]:
    """Return what links into a page may name: its headings, as GitHub makes anchors of them."""
    headings = re.findall(r"^#+ (.+)$", page, flags=re.M)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.fixture
def quickstart(pytester: pytest.Pytester) -> pytest.Pytester:
    """The quickstart in a folder of its own."""
    for path in QUICKSTART.iterdir():
        if path.is_file():
            shutil.copy(path, pytester.path)
    return pytester


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", PAGES[path], flags=re.S)):
        if "://" not in target:
            file, _, anchor = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            assert there.exists(), target
            assert not anchor or anchor in anchors(PAGES[there]), target


def test_the_first_suite_is_the_quickstart_s() -> None:
    assert block("yaml", "# reviews.robust.yaml") == (QUICKSTART / "reviews.robust.yaml").read_text(encoding="utf-8")


def test_the_first_suite_prints_the_failure_that_the_readme_shows(quickstart: pytest.Pytester) -> None:
    lines = quickstart.runpytest("-p", "no:randomly").stdout.str()
    shown = block("text", "reviews.robust.yaml ?.?..?.?.F.                                  [100%]")
    for line in shown.splitlines():
        if line and line.strip() != "..." and " in " not in line:
            assert line in lines


def test_the_first_suite_has_the_plan_that_the_readme_shows(quickstart: pytest.Pytester) -> None:
    (line,) = re.findall(r"^reviews: 11 cells, .*$", PAGES[ROOT / "docs" / "checks.md"], flags=re.M)
    assert line in quickstart.runpytest("--robust-plan").outlines


def test_the_doctor_says_of_the_first_suite_what_the_page_shows(
    quickstart: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "reviews.robust.yaml"]) == 0
    first = "reviews.robust.yaml: would a model pass that answers with"
    assert capsys.readouterr().out == f"{first}\n{block('text', first)}"


def test_the_mistake_that_the_readme_shows_is_told_so(quickstart: pytest.Pytester) -> None:
    suite = quickstart.path / "reviews.robust.yaml"
    suite.write_text(suite.read_text(encoding="utf-8").replace("typos.*", "typos.keybord"), encoding="utf-8")
    (shown,) = re.findall(r"^reviews\.robust\.yaml:\d.*\n.*$", PAGES[ROOT / "README.md"], flags=re.M)
    assert shown in quickstart.runpytest().stdout.str()


def test_the_tests_by_hand_pass_on_the_model_of_five_lines(pytester: pytest.Pytester) -> None:
    for name in ("my_model.py", "test_reviews.py", "test_variants.py"):
        (pytester.path / name).write_text(block("python", f"# {name}"), encoding="utf-8")
    ran = pytester.runpytest("test_reviews.py", "test_variants.py", "-p", "no:randomly").parseoutcomes()
    assert ran["passed"] == 3
    assert ran["warnings"] >= 2  # of what three texts do not decide; Hypothesis warns of slow machines, too


def test_a_suite_from_python_has_the_verdicts_that_the_page_shows(quickstart: pytest.Pytester) -> None:
    (quickstart.path / "notebook.py").write_text(block("python", "# notebook.py"), encoding="utf-8")
    command = [sys.executable, "notebook.py"]
    (told,) = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert block("text", told) == ""


def test_a_mistake_in_a_dictionary_is_told_as_the_page_shows() -> None:
    checks = [{"expect": "invariance", "perturbations": ["typos.keybord"]}]
    rows = [{"text": "It is so."}]
    suite = {"task": "text-classification", "model": {"python": list}, "checks": checks}
    with pytest.raises(InputError) as caught:
        run({**suite, "datasets": {"data": {"rows": rows, "language": "en"}}})
    first, second = str(caught.value).splitlines()
    assert block("text", first) == f"{second}\n"


def test_data_are_augmented_as_the_page_shows(quickstart: pytest.Pytester, capsys: pytest.CaptureFixture[str]) -> None:
    page = PAGES[ROOT / "docs" / "perturbations.md"]
    (command,) = re.findall(r"^    albert-robust (augment .*\\\n.*)$", page, flags=re.M)
    assert main(shlex.split(command.replace("\\\n", ""))) == 0
    first, *told = capsys.readouterr().out.splitlines()
    assert block("text", first).splitlines() == told
    (short,) = re.findall(r"^    albert-robust (augment .*)$", PAGES[ROOT / "README.md"], flags=re.M)
    assert main([*shlex.split(short), "--force"]) == 0


def test_the_options_of_augment_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["augment", "--help"])
    options = set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, flags=re.M))
    told = PAGES[ROOT / "docs" / "perturbations.md"]
    assert {name for name in options if f"{name}" not in told} == {"--reference-language"}
    assert "--perturbation" in options


def test_the_table_names_every_perturbation_with_its_summary() -> None:
    rows = PAGES[ROOT / "docs" / "perturbations.md"].splitlines()
    for item in open_packs():
        row = next(line for line in rows if line.startswith(f"| `{item.name}` |"))
        assert row.endswith(f"| {item.summary} |")
        assert (f"preserves {item.preserves}" if item.preserves else f"alters {item.alters}") in row


def test_what_other_tools_call_a_perturbation_leads_to_one_that_is_there() -> None:
    rows = PAGES[ROOT / "docs" / "coming-from.md"].splitlines()
    named = [name for row in rows if row.startswith("| `") for name in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert len(named) > 20
    assert {item.name for item in open_packs()} >= set(named)


def test_the_readme_s_own_perturbation_is_found_beside_a_suite(tmp_path: Path) -> None:
    (tmp_path / "perturbations").mkdir()
    source = block("python", "# perturbations/dialect.py")
    (tmp_path / "perturbations" / "dialect.py").write_text(source, encoding="utf-8")
    (tmp_path / "d.jsonl").write_text('{"text": "We are going to the park.", "label": "a"}\n', encoding="utf-8")
    suite = tmp_path / "s.robust.yaml"
    suite.write_text(
        "task: text-classification\nmodel: {python: m:f}\ndatasets: {d: {path: d.jsonl, language: en}}\n"
        "checks: [{expect: invariance, perturbations: [dialect.gonna]}]\n",
        encoding="utf-8",
    )
    assert [cell.id for cell in plan(load_suite(suite)).cells] == ["d/dialect.gonna[en]"]
    dialect = open_packs([tmp_path / "perturbations"]).get("dialect.gonna")
    assert [example.after for example in dialect.examples] == ["I am gonna sleep.", ""]


def test_the_pack_s_own_test_passes_and_catches_chance_that_does_not_come_from_rng(pytester: pytest.Pytester) -> None:
    pack = pytester.mkdir("perturbations") / "dialect.py"
    source = block("python", "# perturbations/dialect.py")
    pack.write_text(source, encoding="utf-8")
    (pytester.path / "test_dialect.py").write_text(block("python", "# test_dialect.py"), encoding="utf-8")
    pytester.runpytest("-p", "no:randomly").assert_outcomes(passed=1)
    careless = "import random\n" + source.replace('"gonna")', 'random.choice(["gonna"]))')
    pack.write_text(careless, encoding="utf-8")
    failed = pytester.runpytest("-p", "no:randomly").stdout.str()
    told = "dialect.gonna draws from a global source of chance: draw from `rng`"
    assert "\nE       ".join([f"AssertionError: {told}", *block("text", told).splitlines()]) in failed


def test_the_arguments_of_an_example_are_told() -> None:
    page = PAGES[ROOT / "docs" / "perturbations.md"]
    told = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page, flags=re.M))))
    assert {field.name for field in fields(Example)} - {"before", "after"} <= told


def test_what_is_told_of_a_text_is_there() -> None:
    text = Text.of("Some soup and bread.", "en")
    word, parts = text.words()[0], [Span(0, 4), Span(5, 9)]
    known = {"text": text, "word": word, "start": 0, "end": 4, "parts": parts, "order": [1, 0]}
    known |= {"base": base, "pattern": regex.compile("soup")}
    page = PAGES[ROOT / "docs" / "perturbations.md"].partition("| of a text | what it is |")[2].partition("\n\n")[0]
    told = [one for row in page.splitlines() for one in re.findall(r"`([^`]+)`", row.partition(" | ")[0])]
    assert len(told) > 15
    found = {one: eval(one, dict(known)) for one in told}  # noqa: S307  # our own page
    assert str(found['text.replace(start, end, "new", "kind")']) == "new soup and bread."
    assert str(found['text.reordered(parts, order, "kind")']) == "soup Some and bread."


def test_a_table_of_words_brings_a_perturbation_to_another_language(tmp_path: Path) -> None:
    (tmp_path / "swedish.py").write_text(block("python", "# perturbations/swedish.py"), encoding="utf-8")
    (tmp_path / "swedish.tsv").write_text("phrase\tsynonym\nsnabb\tkvick\ni dag\tidag\n", encoding="utf-8")
    ((made,),) = perturb(["I dag är den snabb."], "swedish.synonym@5", language="sv", packs=[tmp_path])
    assert made.text in {"Idag är den snabb.", "I dag är den kvick."}


def test_variants_that_somebody_has_are_a_perturbation(tmp_path: Path) -> None:
    folder = tmp_path / "perturbations"
    folder.mkdir()
    line = '{"text": "It is good.", "variant": "I like it.", "language": "en"}'
    assert block("json", line) == ""
    (folder / "reworded.variants.jsonl").write_text(line, encoding="utf-8")
    made = [perturb([text], "given.reworded", language="en", packs=[folder])[0][0] for text in ("It is good.", "Else.")]
    assert [(one.text, one.status) for one in made] == [("I like it.", "tested"), ("Else.", "unchanged")]


def test_the_rewriter_is_one(tmp_path: Path) -> None:
    path = tmp_path / "rewriter.yaml"
    path.write_text(block("yaml", "# rewriter.yaml"), encoding="utf-8")
    assert read_rewriter(path).model == "gpt-4o-mini"


@pytest.mark.parametrize(
    ("suite", "task", "settings"),
    [
        ("chat", "task: text-classification\n", {"temperature": 0, "max_tokens": 5}),
        ("local", "task: text-classification\n", {"max_new_tokens": 5}),
        ("judge", "", {}),
    ],
)
def test_the_language_models_load(tmp_path: Path, suite: str, task: str, settings: dict[str, object]) -> None:
    written = block("yaml", f"# of {suite}.robust.yaml")
    (tmp_path / "d.jsonl").write_text("{}", encoding="utf-8")
    path = tmp_path / f"{suite}.robust.yaml"
    rest = "datasets: {d: {path: d.jsonl, language: en}}\nchecks: [{expect: invariance, perturbations: [typos.*]}]\n"
    path.write_text(f"{task}{written}{rest}", encoding="utf-8")
    assert load_suite(path).model.settings == settings


def test_the_translator_is_told_its_languages(translator: Path, tmp_path: Path) -> None:
    (tmp_path / "mbart-large-50").symlink_to(translator)
    row = {"source": "a bad cage", "translation": "h"}
    (tmp_path / "d.jsonl").write_text(json.dumps(row), encoding="utf-8")
    path = tmp_path / "translator.robust.yaml"
    data = "datasets: {d: {path: d.jsonl, language: en, reference_language: de}}\n"
    rest = f"{data}checks: [{{expect: reference, gates: [chrf >= 0.1]}}]\n"
    path.write_text(f"{block('yaml', '# of translator.robust.yaml')}{rest}", encoding="utf-8")
    made = run(path)
    assert [(cell.counts.tested, cell.counts.error, cell.counts.cut) for cell in made.cells] == [(1, 0, 0)]
    assert made.suites[0].settings == {"src_lang": "en_XX", "tgt_lang": "de_DE", "settings": '{"num_beams": 4}'}


@pytest.mark.parametrize(("suite", "data", "labels"), [
    ("choices", "questions", ["A", "B", "C", "D"]),
    ("pair", "pairs", ["1", "2", "tie"]),
])  # fmt: skip
def test_the_suites_of_questions_and_of_pairs_load(tmp_path: Path, suite: str, data: str, labels: list[str]) -> None:
    (tmp_path / f"{data}.jsonl").write_text("{}", encoding="utf-8")
    path = tmp_path / f"{suite}.robust.yaml"
    path.write_text(block("yaml", f"# of {suite}.robust.yaml"), encoding="utf-8")
    assert load_suite(path).labels == labels


def test_two_texts_are_read_and_the_second_alone_is_altered(tmp_path: Path) -> None:
    row = {"premise": "It rains.", "hypothesis": "It is wet.", "gold_label": "entailment"}
    (tmp_path / "nli.jsonl").write_text(json.dumps(row), encoding="utf-8")
    path = tmp_path / "nli.robust.yaml"
    path.write_text(block("yaml", "# of nli.robust.yaml"), encoding="utf-8")
    suite = load_suite(path)
    (example,) = examples_of(suite, ["nli"])["nli"]
    assert example.fields == {"first": "It rains.", "second": "It is wet."}
    assert [check.fields for check in suite.checks] == [("first", "second"), ("first",), ("second",)]


def test_the_labels_of_a_checkpoint_get_the_names_that_the_data_have(tmp_path: Path, tiny: Callable[..., Path]) -> None:
    shutil.copytree(tiny("BertForSequenceClassification"), tmp_path / "distilbert")
    (tmp_path / "d.jsonl").write_text('{"text": "Good.", "label": "positive"}', encoding="utf-8")
    path = tmp_path / "renamed.robust.yaml"
    rest = "datasets: {d: {path: d.jsonl, language: en}}\nchecks: [{expect: reference, gates: [accuracy >= 0.5]}]\n"
    path.write_text(f"task: text-classification\n{block('yaml', '# of renamed.robust.yaml')}{rest}", encoding="utf-8")
    assert load_suite(path).labels == ["negative", "positive"]


def test_bad_rows_are_told_as_the_page_shows(pytester: pytest.Pytester) -> None:
    (pytester.path / "tickets.csv").write_bytes("id,text\n1,Schön hier.\n1,Nochmal.\n".encode("cp1252"))
    (pytester.path / "m.py").write_text("def f(batch):\n    return ['a' for one in batch]\n", encoding="utf-8")
    rest = (
        "task: text-classification\nmodel: {python: m:f}\nchecks: [{expect: invariance, perturbations: [typos.swap]}]\n"
    )
    written = f"{rest}{block('yaml', '# the datasets of tickets.robust.yaml')}"
    (pytester.path / "tickets.robust.yaml").write_text(written, encoding="utf-8")
    (shown,) = re.findall(r"^warning      tickets: .*$", PAGES[ROOT / "docs" / "data.md"], flags=re.M)
    assert shown in pytester.runpytest("-p", "no:randomly").outlines


def test_measures_of_one_s_own_are_gates_and_agreements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_measures.py").write_text(block("python", "# my_measures.py"), encoding="utf-8")
    (tmp_path / "my_model.py").write_text(
        "def predict(batch):\n    return ['From platform two.' for one in batch]\n", encoding="utf-8"
    )
    row = {"prompt": "Where does the train to Bern leave?", "answer": "From platform two."}
    (tmp_path / "d.jsonl").write_text(f"{json.dumps(row)}\n", encoding="utf-8")
    path = tmp_path / "tone.robust.yaml"
    rest = "task: text-generation\nmodel: {python: my_model:predict}\ndatasets: {d: {path: d.jsonl, language: en}}\n"
    path.write_text(f"{rest}{block('yaml', '# of tone.robust.yaml')}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = {cell.cell: cell.measures for cell in run(path).cells}
    assert found["d/reference[en]"]["unapologetic"].value == 1
    assert found["d/typos.swap@2[en]"]["consistency"].value == 1


def test_the_checks_of_where_answers_move_tell_what_the_page_shows(pytester: pytest.Pytester) -> None:
    pack = pytester.mkdir("perturbations") / "complaint.py"
    pack.write_text(block("python", "# perturbations/complaint.py"), encoding="utf-8")
    pytester.makepyfile(
        my_model="""
        def predict(batch):
            return [{"scores": {"positive": p, "negative": 1 - p}} for p in map(positive, batch)]

        def positive(one):
            return 0.55 if "hate" not in one["text"] else 0.2 if "bread" in one["text"] else 0.7
        """
    )
    texts = [f"The {'soup' if number % 5 else 'bread'} of day {number} was fine." for number in range(1, 51)]
    rows = [{"id": number, "text": text} for number, text in enumerate(texts, start=1)]
    (pytester.path / "d.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    rest = (
        "task: text-classification\nmodel: {python: my_model:predict}\ndatasets: {d: {path: d.jsonl, language: en}}\n"
    )
    suite = pytester.path / "complaints.robust.yaml"
    suite.write_text(f"{rest}{block('yaml', '# of complaints.robust.yaml')}", encoding="utf-8")
    told = pytester.runpytest("-p", "no:randomly").stdout.str()
    first = "direction complaint.short (falls: positive, tolerance: 0.1) [en]: right direction 0.20 [0.11, 0.32], gate >= 0.90"
    assert f"{first}\n{block('text', first)}" in told


def test_the_judge_reads_what_its_prompt_names(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"context": "It is in Bern.", "question": "Where?"}', encoding="utf-8")
    path = tmp_path / "grounded.robust.yaml"
    rest = "model: {python: m:f}\ndatasets: {d: {path: d.jsonl, language: en}}\n"
    path.write_text(f"{block('yaml', '# of grounded.robust.yaml')}{rest}", encoding="utf-8")
    (judge,) = (one for one in load_suite(path).own_measures if one.judges)
    pair = Compared("In Bern.", "It is in Bern.", inputs=(("context", "It is in Bern."), ("question", "Where?")))
    (turn,) = turns_of(judge.model, judge.seen(pair))
    assert "Question: Where?\nAnswer: In Bern." in turn["content"]


def test_the_checks_of_what_a_chat_model_does_load_without_references(tmp_path: Path) -> None:
    for name in ("questions", "harmful"):
        (tmp_path / f"{name}.jsonl").write_text('{"context": "It is in Bern.", "question": "Where?"}', encoding="utf-8")
    path = tmp_path / "conduct.robust.yaml"
    path.write_text(f"{block('yaml', '# of conduct.robust.yaml')}model: {{python: m:f}}\n", encoding="utf-8")
    ids = [cell.id for cell in plan(load_suite(path)).cells]
    assert ids == ["questions/attacks.injection@2[en]", "questions/reference[en]", "harmful/reference[en]"]
    assert not any(cell.needs_references for cell in plan(load_suite(path)).cells)


def test_retrieved_passages_are_read_and_put_in_another_order(tmp_path: Path) -> None:
    row = {"user_input": "Where?", "retrieved_contexts": ["It is in Bern.", "It is late."], "reference": "Bern"}
    (tmp_path / "ragas.jsonl").write_text(json.dumps(row), encoding="utf-8")
    path = tmp_path / "rag.robust.yaml"
    written = block("yaml", "# of rag.robust.yaml")
    path.write_text(f"task: question-answering\nmodel: {{python: m:f}}\n{written}", encoding="utf-8")
    (example,) = examples_of(load_suite(path), ["ragas"])["ragas"]
    assert example.fields["context"] == "[1] It is in Bern.\n\n[2] It is late."


def test_two_prompts_side_by_side_load(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text("{}", encoding="utf-8")
    path = tmp_path / "prompts.robust.yaml"
    rest = "datasets: {d: {path: d.jsonl, language: en}}\nchecks: [{expect: invariance, perturbations: [typos.*]}]\n"
    path.write_text(f"task: text-classification\n{block('yaml', '# of prompts.robust.yaml')}{rest}", encoding="utf-8")
    plain, strict = load_suites(path)
    assert (plain.model_name, strict.model_name) == ("plain", "strict")
    assert plain.model.settings == strict.model.settings == {"temperature": 0}


def test_the_checks_of_an_instruction_load(tmp_path: Path) -> None:
    model = block("yaml", "# of chat.robust.yaml")
    (tmp_path / "d.jsonl").write_text("{}", encoding="utf-8")
    suite = tmp_path / "chat.robust.yaml"
    rest = f"datasets: {{d: {{path: d.jsonl, language: en}}}}\n{block('yaml', '# the checks of chat.robust.yaml')}"
    suite.write_text(f"task: text-classification\n{model}{rest}", encoding="utf-8")
    assert load_suite(suite).checks[0].fields == ("template",)


def test_the_templates_of_the_readme_make_its_examples(tmp_path: Path) -> None:
    suite = tmp_path / "plain.robust.yaml"
    written = block("yaml", "# of plain.robust.yaml")
    suite.write_text(f"task: text-classification\nmodel: {{python: m:f}}\n{written}", encoding="utf-8")
    made = examples_of(load_suite(suite), ["plain"])["plain"]
    assert len(made) == 12
    assert made[-1].id == "I can't stand this hotel."


def test_the_workflow_reads_outputs_that_a_session_leaves() -> None:
    written = block("yaml", "# .github/workflows/robustness.yml")
    steps = yaml.safe_load(written)["jobs"]["robustness"]["steps"]
    assert [step["run"].split()[0] for step in steps if "run" in step] == ["pip", "pytest"]
    source = (ROOT / "albert_robust" / "ci" / "github.py").read_text(encoding="utf-8")
    for name in re.findall(r"steps\.robust\.outputs\.(\w+)", written):
        assert f"{name}={{{name}}}\\n" in source


def test_the_workflow_of_several_jobs_gives_commands_that_there_are_and_finds_what_it_keeps() -> None:
    written = block("yaml", "# .github/workflows/robustness-shards.yml")
    jobs = yaml.safe_load(written)["jobs"]
    lines = [line for job in jobs.values() for step in job["steps"] for line in step.get("run", "").splitlines()]
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("albert-robust ")]
    parsed = [parser().parse_args(command) for command in commands]
    assert [one.command for one in parsed] == ["merge", "report", "compare"]
    shard, whole = (step["with"] for job in jobs.values() for step in job["steps"] if "upload" in step.get("uses", ""))
    (download,) = (step["with"] for step in jobs["all"]["steps"] if "download" in step.get("uses", ""))
    assert fnmatch(shard["name"], download["pattern"])
    assert not fnmatch(whole["name"], download["pattern"])
    merge, report, compare = parsed
    assert merge.run_folders == [f"{download['path']}/*"]
    assert {str(merge.out), str(report.run_folders[0]), compare.later, whole["path"], shard["path"]} == {
        "robustness-report"
    }
    assert any(f"--name {whole['name']} --dir {compare.earlier}" in line for line in lines)
