"""Ctrl-C and SIGTERM end a training between two steps, so that what is kept is a whole step."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(KeyboardInterrupt):  # it is no error
    """A signal stopped a training, and all of its steps are kept."""

    def __init__(self, number: int, stage: int, step: int, steps: int) -> None:
        """Take the signal, the stage that was stopped, how many of its steps are done, and how many it has."""
        super().__init__(number)
        self.place = f"step {step} of {steps} in stage {stage}"

    def __str__(self) -> str:
        return f"stopped at {self.place}; the same command goes on"


@contextmanager
def ending_between_steps() -> Iterator[list[int]]:
    """Yield a list to which the first signal to end is added; a second one ends at once.

    Signals that are ignored, as in the background, stay so. Only the main thread can listen to signals.
    """
    caught: list[int] = []
    heard = [] if threading.current_thread() is not threading.main_thread() else SIGNALS
    before = {one: held for one in heard if (held := signal.getsignal(one) or signal.SIG_DFL) is not signal.SIG_IGN}

    def restore() -> None:
        for one, held in before.items():
            signal.signal(one, held)

    def catch(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        restore()

    for one in before:
        signal.signal(one, catch)
    try:
        yield caught
    finally:
        restore()
