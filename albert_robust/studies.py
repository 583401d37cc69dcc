"""Studies: the trials of a search by Optuna, kept in a file, so that a search that was killed goes on."""

from pathlib import Path
from typing import Any

from albert_robust.errors import complaint_at

START = b'{"op_code":'  # how each line of a journal begins


def open_study(path: Path | None, name: str, sampler: Any = None) -> Any:
    """Return an `optuna.Study` that is to be maximised, with the trials that its file has.

    Args:
        path: Its journal, made where there is none; only one search may be at work there. None keeps it in memory.
        name: Of the study in the journal.
        sampler: What draws the trials; None for Optuna's own.

    Raises:
        InputError: The file is no journal.
    """
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = None
    if path is not None:
        journal = path.resolve()
        _mend(journal)
        storage = JournalStorage(JournalFileBackend(str(journal)))
    return optuna.create_study(
        study_name=name, direction="maximize", sampler=sampler, storage=storage, load_if_exists=True
    )


def _mend(journal: Path) -> None:
    """Take away what a killed search left in the midst of a write: Optuna's own lock, for which it waits half a minute, or
    forever where the path is relative, and half a line, which would spoil the next one.
    """
    journal.with_name(journal.name + ".lock").unlink(missing_ok=True)
    if journal.is_file():
        whole = journal.read_bytes()
        if not START.startswith(whole[: len(START)]):
            raise complaint_at(journal, "no file of an earlier search", "name another one: it would be written to")
        if not whole.endswith(b"\n"):
            journal.write_bytes(whole[: whole.rfind(b"\n") + 1])
