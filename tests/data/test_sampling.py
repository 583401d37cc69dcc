"""A sample depends on its seed and on the ids alone."""

import json
from pathlib import Path
from random import Random

import pytest

from albert_robust.data import Example, Source, read_examples

ROWS = [{"id": str(number), "language": tag, "text": f"{tag} {number}"} for number in range(40) for tag in ("en", "de")]


def sample(path: Path, rows: list[dict[str, str]], limit: int | None = 7, seed: int = 0) -> list[Example]:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return read_examples(Source(path, ("en", "de"), per_row=True, limit=limit, seed=seed), ("text",), "label")


def ids(examples: list[Example]) -> set[str]:
    return {one.id for one in examples}


def test_translations_are_drawn_together(tmp_path: Path) -> None:
    examples = sample(tmp_path / "d.jsonl", ROWS)
    assert len(examples) == 14
    assert all(set(one.parallels) == {"en", "de"} for one in examples)


@pytest.mark.parametrize("shuffle", range(3))
def test_the_order_of_the_file_does_not_matter(tmp_path: Path, shuffle: int) -> None:
    shuffled = Random(shuffle).sample(ROWS, len(ROWS))
    assert ids(sample(tmp_path / "a.jsonl", shuffled)) == ids(sample(tmp_path / "b.jsonl", ROWS))


def test_another_seed_draws_others(tmp_path: Path) -> None:
    drawn = [frozenset(ids(sample(tmp_path / "d.jsonl", ROWS, seed=seed))) for seed in range(4)]
    assert len(set(drawn)) == 4


def test_a_larger_sample_holds_the_smaller_one(tmp_path: Path) -> None:
    assert ids(sample(tmp_path / "d.jsonl", ROWS, limit=5)) < ids(sample(tmp_path / "d.jsonl", ROWS, limit=9))


def test_a_limit_above_the_size_keeps_all(tmp_path: Path) -> None:
    assert sample(tmp_path / "d.jsonl", ROWS, limit=1000) == sample(tmp_path / "d.jsonl", ROWS, limit=None)


def test_rows_without_ids_are_nobody_s_translations(tmp_path: Path) -> None:
    (tmp_path / "d.en.jsonl").write_text('{"text": "good"}\n', encoding="utf-8")
    (tmp_path / "d.de.jsonl").write_text('{"text": "alt"}\n', encoding="utf-8")
    examples = read_examples(Source(tmp_path / "d.{language}.jsonl", ("en", "de")), ("text",), "label")
    assert [dict(example.parallels) for example in examples] == [{}, {}]
