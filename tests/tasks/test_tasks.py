"""What holds of every task."""

from albert_robust.task_names import TASK_NAMES
from albert_robust.tasks import TASKS


def test_a_task_is_called_as_its_file_and_as_suites_write_it() -> None:
    assert [task.name for task in TASKS.values()] == [*TASK_NAMES]
