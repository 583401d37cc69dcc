"""The same suite gives the same bytes: in any order, selection, process, worker and hash seed. A model is asked once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from door_suites import LOGGING, asked, kept_run, python, rows, run, write_suite

LANGUAGES = {
    "en": "the weather in town {} was lovely",
    "ru": "погода в городе {} была хорошая",
    "zh": "镇{}的天气非常好",
}
EXAMPLES = [row for language, text in LANGUAGES.items() for row in rows(8, language, text)]
CELLS = [f"{spec}[{language}]" for spec in ("typos.swap@2", "typos.delete@3", "case.upper") for language in LANGUAGES]
REVERSED = [f"suite.robust.yaml::data/{cell}" for cell in reversed(CELLS)]
Ran = Callable[..., Path]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Return a function that runs the suite in a folder and a Python of its own and returns the folder."""
    known: dict[tuple[str, ...], Path] = {}

    def in_folder(*arguments: str, hash_seed: str = "0") -> Path:
        name = (*arguments, hash_seed)
        if name not in known:
            folder = known[name] = tmp_path_factory.mktemp("run")
            write_suite(
                folder,
                "typos.swap, typos.delete@3, case.upper",
                languages="en, ru, zh",
                examples=EXAMPLES,
                model=LOGGING,
            )
            again(folder, *arguments, hash_seed=hash_seed)
        return known[name]

    return in_folder


def again(folder: Path, *arguments: str, hash_seed: str = "0") -> None:
    order = [] if any("randomly" in one for one in arguments) else ["-p", "no:randomly"]
    python(folder, "-m", "pytest", *order, *arguments, PYTHONHASHSEED=hash_seed)
    assert len(kept_run(folder)["cells"]) == len(CELLS)


@pytest.mark.parametrize(
    ("arguments", "hash_seed"),
    [(["-n", "2"], "0"), (["--randomly-seed=3"], "0"), (REVERSED, "0"), ([], "2")],
    ids=["two workers", "shuffled", "reversed", "hash seed"],
)
def test_a_run_has_the_same_bytes_whatever_the_way_it_is_run(ran: Ran, arguments: list[str], hash_seed: str) -> None:
    plain, other = ran(), ran(*arguments, hash_seed=hash_seed)
    one, two = (folder / "robustness-report" / "outcomes.parquet" for folder in (plain, other))
    assert one.read_bytes() == two.read_bytes()
    assert kept_run(plain)["cells"] == kept_run(other)["cells"]


@pytest.mark.parametrize("arguments", [[], ["-n", "2"]], ids=["one process", "two workers"])
def test_a_model_is_asked_each_unique_input_once_in_a_run(ran: Ran, arguments: list[str]) -> None:
    inputs = asked(ran(*arguments))
    assert len(inputs) == len(set(inputs))
    assert {row["text"] for row in EXAMPLES} < set(inputs)


def test_a_model_with_a_version_is_asked_nothing_in_the_next_run(ran: Ran) -> None:
    folder = ran()
    before, first = asked(folder), kept_run(folder)
    again(folder)
    assert asked(folder) == before
    assert kept_run(folder)["cells"] == first["cells"]
    assert kept_run(folder)["cost"]["predicted"] == 0


def test_one_cell_alone_has_the_outcomes_it_has_among_all(ran: Ran, pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.delete@3", languages="ru", examples=EXAMPLES, model=LOGGING)
    run(pytester)
    alone = kept_run(pytester.path)["cells"][0] | {"order": 0}
    assert alone in [cell | {"order": 0} for cell in kept_run(ran())["cells"]]
