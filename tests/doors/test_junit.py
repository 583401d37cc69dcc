"""JUnit's XML, as other programs read it: each cell's numbers, in full, and what the session cost."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from door_suites import LOUD, kept_run, python, rows, run, write_suite
from pyarrow import parquet

COUNTS = (
    "selected",
    "tested",
    "flipped",
    "unchanged",
    "rejected",
    "not_applicable",
    "not_asked",
    "spared",
    "no_label",
    "cut",
)
XML = "--junitxml=junit.xml"
Found = dict[str, dict[str, str]]


def properties(path: Path) -> tuple[Found, dict[str, str]]:
    """The properties of each test case and of the whole."""
    suite = ElementTree.parse(path).getroot().find("testsuite")
    assert suite is not None
    cases = {case.attrib["name"]: _named(case.iter("property")) for case in suite.iter("testcase")}
    return cases, _named(suite.findall("properties/property"))


def _named(elements: object) -> dict[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in elements}  # type: ignore[attr-defined]  # of ElementTree


@pytest.mark.parametrize("workers", [False, True], ids=["one process", "two workers"])
def test_each_cell_leaves_the_numbers_of_the_run(pytester: pytest.Pytester, workers: bool) -> None:
    write_suite(pytester.path, "typos.swap, case.upper", gate="consistency >= 0.7, accuracy drop <= 0.5")
    if workers:
        python(pytester.path, "-m", "pytest", "-n", "2", XML)
    else:
        run(pytester, XML)
    cases, whole = properties(pytester.path / "junit.xml")
    kept = kept_run(pytester.path)
    assert len(cases) == len(kept["cells"]) == 2
    for cell in kept["cells"]:
        found = cases[cell["cell"]]
        assert {name: found.pop(name) for name in ("verdict", "dataset", "perturbation", "language")} == {
            name: cell[name] for name in ("verdict", "dataset", "perturbation", "language")
        }
        numbers = {name: float(value) for name, value in found.items()}
        assert numbers.pop("errors") == cell["counts"]["error"]
        assert {name: numbers.pop(name) for name in COUNTS} == {name: cell["counts"][name] for name in COUNTS}
        assert numbers.pop("consistency.at_least") == 0.7
        assert numbers.pop("accuracy_drop.at_most") == 0.5
        assert numbers == {
            name.replace(" ", "_") + end: estimate[kind]
            for name, estimate in cell["measures"].items()
            for end, kind in (("", "value"), (".low", "low"), (".high", "high"))
            if estimate["value"] is not None
        }
    assert {name.removeprefix("robust."): float(value) for name, value in whole.items()} == kept["cost"]


def test_a_long_id_is_cut_where_people_read_and_whole_where_machines_do(pytester: pytest.Pytester) -> None:
    name = "id" * 5000
    examples = [{**row, "id": f"{name}{row['id']}"} for row in rows()]
    write_suite(pytester.path, "case.upper", model=LOUD.replace("isupper()", "isdigit()"), examples=examples)
    run(pytester, "--robust-baseline-update")
    path = write_suite(pytester.path, "case.upper", examples=examples)
    path.write_text(path.read_text().replace('version: "1"', 'version: "2"'))
    result = run(pytester, XML)
    folder = pytester.path / "robustness-report"
    for text in (str(result.stdout), (pytester.path / "junit.xml").read_text(), (folder / "index.html").read_text()):
        assert "id" * 20 in text
        assert "id" * 200 not in text
    assert f"{name}r0" in parquet.read_table(folder / "outcomes.parquet")["example"].to_pylist()


def test_a_cell_beside_its_baseline_leaves_how_it_stands(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap")
    run(pytester, "--robust-baseline-update")
    run(pytester, XML)
    found = properties(pytester.path / "junit.xml")[0]["data/typos.swap@2[en]"]
    beside = kept_run(pytester.path)["cells"][0]["comparison"]
    assert found["baseline"] == beside["verdict"]
    assert [float(found[f"baseline.drop{end}"]) for end in ("", ".low", ".high")] == [
        beside["drop"][name] for name in ("value", "low", "high")
    ]
    assert float(found["baseline.p"]) == beside["adjusted"] == 1
    assert found["baseline.measure"] == "consistency"


def test_what_was_not_measured_is_left_out(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "case.lower")
    run(pytester, XML)
    found = properties(pytester.path / "junit.xml")[0]["data/case.lower[en]"]
    assert (found["verdict"], found["selected"], found["unchanged"], found["tested"]) == ("failed", "12", "12", "0")
    assert not [name for name in found if name.endswith((".low", ".high"))]
