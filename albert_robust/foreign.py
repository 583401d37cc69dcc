"""What foreign code raised: models, perturbations, packs and libraries may raise anything, and say anything."""

from traceback import walk_tb

from albert_robust.shown import on_one_line


def raise_if_ending(error: BaseException) -> None:
    """Re-raise what must end the whole session: an interrupt, `pytest.exit`, or a time-out of the whole test.

    Anything else is a fault of the code that raised it, `SystemExit` and `GeneratorExit` too: foreign code ends nobody
    else's run, and skips no test of ours with `pytest.skip` nor passes it with `pytest.xfail`.
    """
    if _ends(error):
        raise error


def fault_of(error: BaseException) -> Exception:
    """Return what ended a suite as an exception that ends nothing more: pytest would take `pytest.xfail` for a pass.

    Raises:
        BaseException: The same, if it must end the whole session.
    """
    raise_if_ending(error)
    return error if isinstance(error, Exception) else RuntimeError(raised(error)).with_traceback(error.__traceback__)


def _ends(error: BaseException) -> bool:
    import pytest

    kind = type(error)  # isinstance would ask the exception itself
    if issubclass(kind, BaseExceptionGroup):
        return any(map(_ends, error.exceptions))  # type: ignore[attr-defined]  # of a group
    timed_out = issubclass(kind, pytest.fail.Exception) and _raised_in(error, "pytest_timeout")
    return timed_out or issubclass(kind, KeyboardInterrupt | pytest.exit.Exception)


def _raised_in(error: BaseException, module: str) -> bool:
    return any(frame.f_globals.get("__name__") == module for frame, _ in walk_tb(error.__traceback__))


def raised(error: BaseException) -> str:
    """Return the type and the message of an exception as one line that is safe to print."""
    return f"{on_one_line(type(error).__name__)}: {said(error)}"


def said(error: BaseException) -> str:
    """Return the message of an exception as one line that is safe to print, cut if it is long."""
    try:
        text = str.__str__(str(error))  # a string of a class of its own may do anything
    except BaseException as other:
        raise_if_ending(other)
        return "(no message: its __str__ raises)"
    return on_one_line(text)


def first_line(error: BaseException) -> str:
    """Return the first line of an exception's message, or its type if it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
