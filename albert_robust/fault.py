"""A fault: an error that is kept and raised, or told, any number of times."""

from dataclasses import dataclass
from traceback import format_exception
from types import TracebackType

from albert_robust.errors import InputError, WritingError
from albert_robust.foreign import fault_of, raised


@dataclass(frozen=True, slots=True)
class Fault:
    """An error of a suite, or of a whole run.

    Attributes:
        error: The error.
        trace: Its traceback when it was caught. Each raise lengthens the error's own.
    """

    error: Exception
    trace: TracebackType | None

    @classmethod
    def of(cls, error: BaseException) -> "Fault":
        """Return the fault that an error is.

        Raises:
            BaseException: The error itself, if it must end the whole session.
        """
        fault = fault_of(error)
        return cls(fault, fault.__traceback__)

    def again(self) -> Exception:
        """Return the error to be raised, with its first traceback."""
        return self.error.with_traceback(self.trace)

    @property
    def _is_told(self) -> bool:
        """Whether the error is a mistake of the user's, whose message says all."""
        return isinstance(self.error, InputError | WritingError)

    def __str__(self) -> str:
        """The message of a user's mistake; the type and the message of any other error, on one line."""
        return str(self.error) if self._is_told else raised(self.error)

    @property
    def in_full(self) -> str:
        """The message of a user's mistake; any other error with its traceback."""
        return str(self.error) if self._is_told else "".join(format_exception(self.again()))
