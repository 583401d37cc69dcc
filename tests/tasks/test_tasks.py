"""What holds of every task."""

import pytest

from albert_robust.cli import parser
from albert_robust.models import KINDS
from albert_robust.suite.expectations import EXPECTATIONS
from albert_robust.suite.gates import parse_gate
from albert_robust.task_names import TASK_NAMES
from albert_robust.tasks import TASKS, Task

EACH = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


def test_a_task_is_called_as_its_file_and_as_suites_write_it() -> None:
    assert [task.name for task in TASKS.values()] == [*TASK_NAMES]


@EACH
def test_fields_that_a_task_names_are_its_inputs(task: Task) -> None:
    annotated = [task.annotation.field] if task.annotation else []
    assert {*task.perturbed, *filter(None, [task.passages_field, *annotated])} <= {*task.inputs}
    assert all(task.starter_prompt.count(f"{{{name}}}") == 1 for name in task.inputs if task.starter_prompt)


@EACH
def test_a_first_suite_s_gates_are_gates_of_the_task(task: Task) -> None:
    assert [str(parse_gate(gate, EXPECTATIONS["invariance"], task)) for gate in task.starter_gates] == [
        *task.starter_gates
    ]


@EACH
def test_the_command_line_fine_tunes_what_can_be(task: Task) -> None:
    arguments = ["finetune", "d.csv", "--task", task.name]
    if KINDS["finetuned"].does(task):
        assert parser().parse_args(arguments).task == task.name
    else:
        with pytest.raises(SystemExit):
            parser().parse_args(arguments)
