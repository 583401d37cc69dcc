"""Mistakes: what ends a suite's run, told at its place in the suite."""

from collections.abc import Iterator
from contextlib import contextmanager

from albert_robust.asking.ask import ModelContractError
from albert_robust.errors import Complaint, InputError, UsageError
from albert_robust.suite.suite import Suite


@contextmanager
def placed(suite: Suite) -> Iterator[None]:
    """Turn what is wrong with a suite's model into a mistake at its place in the suite; mistakes in files pass as they are.

    Raises:
        InputError: The suite's data or model are unfit.
    """
    try:
        yield
    except (ModelContractError, UsageError, ImportError) as error:
        line, column = suite.model_place
        mend = "return one output for each input, in order" if isinstance(error, ModelContractError) else ""
        raise InputError([Complaint(suite.shown, line, column, str(error), mend)]) from None
