"""A prompt that leaves a field of the task out is told: the model answers without having seen it."""

from collections.abc import Mapping

import pytest

from albert_robust.gate.doubts import doubts
from albert_robust.results.records import SuiteRecord
from albert_robust.results.run import Run


def told(settings: Mapping[str, str], task: str = "question-answering") -> tuple[str, ...]:
    suite = SuiteRecord(
        "s", "s.robust.yaml", "", task, "endpoint: http://h", None, 0, 0.95, {}, None, settings=settings
    )
    return doubts(suite, Run((suite,), ()))


@pytest.mark.parametrize(
    ("settings", "lacking"),
    [({"prompt": "{question}"}, "{context}"), ({"prompt": "?", "system": "Hi"}, "{context} and {question}")],
)
def test_a_prompt_without_a_field_of_its_task_is_told(settings: Mapping[str, str], lacking: str) -> None:
    assert told(settings) == (f"The prompt does not hold {lacking}: the model never sees it.",)


@pytest.mark.parametrize(
    "settings", [{"prompt": "{context} {question}"}, {"prompt": "{question}", "system": "{context}"}, {}]
)
def test_one_that_holds_all_or_none_at_all_is_not(settings: Mapping[str, str]) -> None:
    assert told(settings) == ()
