"""Calls functions that are written with `async def` as if they were not.

They run in one event loop, in a thread of its own, as long as the process lives: the connections that an asynchronous client
keeps belong to the loop that opened them, and a notebook's main thread has a loop of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from inspect import isawaitable
from threading import Thread
from typing import Any


def awaiting(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that returns what `function` does, or what that comes to if it has to be awaited."""

    @wraps(function, assigned=())
    def called(*arguments: Any) -> Any:
        made = function(*arguments)
        return _awaited(made) if isawaitable(made) else made

    return called


def _awaited(made: Awaitable[Any]) -> Any:
    """Return what an awaitable comes to; what stops the caller stops it, too."""
    outcome = asyncio.run_coroutine_threadsafe(_outcome(made), _loop())
    try:
        value, error = outcome.result()
    finally:
        outcome.cancel()
    if error is not None:
        raise error
    return value


async def _outcome(made: Awaitable[Any]) -> tuple[Any, BaseException | None]:
    """Return what an awaitable comes to, or raises: `SystemExit` would end the loop for all later calls."""
    try:
        return await made, None
    except BaseException as error:
        return None, error


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="asynchronous models", daemon=True).start()
    return loop
