"""A call that hangs, for tests: its time is over once it hangs, so that none of them waits, or asks how fast the machine is."""

from collections.abc import Sequence
from concurrent.futures import Future, wait
from threading import Event
from typing import Any

_HUNG = Event()


def hang() -> None:
    """Come to no end."""
    _HUNG.set()
    Event().wait()


def waited(calls: Sequence[Future[Any]], seconds: float) -> Any:
    """Wait for the one call there is until it has ended or hangs, whatever time it has: what stands in for `wait` of `ask`."""
    while not (wait(calls, 0).done or _HUNG.wait(0.001)):
        pass
    _HUNG.clear()
    return wait(calls, 0)
