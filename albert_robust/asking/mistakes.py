"""Mistakes: errors of a model that end a suite's run are reported with their position in the suite's file."""

from collections.abc import Iterator
from contextlib import contextmanager

from albert_robust.asking.ask import ModelContractError, fault_in
from albert_robust.errors import Complaint, InputError, UsageError
from albert_robust.suite.suite import Suite


@contextmanager
def placed(suite: Suite) -> Iterator[None]:
    """Turn an error of a suite's model into a complaint at the model's position in the file. Complaints pass as they are.

    Raises:
        InputError: The suite's data or model are unfit.
    """
    try:
        yield
    except (ModelContractError, UsageError, ImportError) as error:
        mend = error.mend if isinstance(error, ModelContractError) else ""
        raise InputError([Complaint(suite.shown, suite.model_place, str(error), mend)]) from fault_in(error)
