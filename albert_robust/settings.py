"""What pytest was told about suites: options of the command line, and their twins of the ini file."""

import os
import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from albert_robust.asking.budget import Budget, budget
from albert_robust.asking.sizes import bytes_in
from albert_robust.asking.store import BOUND
from albert_robust.asking.workspace import Workspace
from albert_robust.errors import UsageError
from albert_robust.options import SHARED, twin

REPORT = "robustness-report"
WORKSPACE = ".albert_robust"


class Settings:
    """The `--robust-*` options of a pytest run, or of a worker process of it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.worker: Mapping[str, Any] | None = getattr(config, "workerinput", None)

    @property
    def root(self) -> Path:
        """pytest's root folder."""
        return self._config.rootpath

    def option(self, name: str) -> str:
        """Return an option; empty where it is given nowhere."""
        return str(self._given(name))

    def switch(self, name: str) -> bool:
        """Return whether a switch is on."""
        return bool(self._given(name))

    @property
    def lists(self) -> bool:
        """Whether cells are only listed, and none is run."""
        return bool(self._config.option.collectonly) or self.switch("plan")

    def _given(self, name: str) -> Any:
        """Return what the command line says, else the ini file."""
        value = self._config.getoption(f"--robust-{name}")
        return self._config.getini(twin(name)) if value is None else value

    @property
    def report(self) -> Path:
        """Where the run folder and its report go."""
        return self.root / (self.option("report") or REPORT)

    @property
    def seed(self) -> int | None:
        """The seed for all suites, where one is given.

        Raises:
            pytest.UsageError: It is no whole number.
        """
        written = self.option("seed")
        try:
            return int(written) if written else None
        except ValueError:
            raise pytest.UsageError(f"--robust-seed: {written!r} is no whole number") from None

    @property
    def notes(self) -> dict[str, str]:
        """What is kept with the run, by its key: the command line's, and those of the ini file that it does not name.

        Raises:
            pytest.UsageError: One has no key.
        """
        written = [*self._config.getini(twin("note")), *(self._config.getoption("--robust-note") or ())]
        found = dict[str, str]()
        for one in written:
            key, sign, value = (part.strip() for part in one.partition("="))
            if not (key and sign):
                raise pytest.UsageError(f"--robust-note: {one!r} is not KEY=VALUE, such as commit=1a2b3c")
            found[key] = value
        return found

    @property
    def shared(self) -> Path | None:
        """The folder that the workers of xdist share, in each of them and in their controller."""
        return Path(self.worker["albert_robust"]) if self.worker else self._config.stash.get(SHARED, None)

    @cached_property
    def workspace(self) -> Workspace:
        """Where the cache and fine-tuned models are kept.

        Raises:
            pytest.UsageError: An option is no number or no size.
        """
        run = self.shared.name if self.shared else f"{os.getpid()}-{time.time_ns()}"
        options = (self.switch("allow-network"), self._budget(), self._cache_size())
        return Workspace(self._folder, run, *options, shared=self.shared)

    @property
    def _folder(self) -> Path:
        return self.root / (self.option("workspace") or WORKSPACE)

    def _budget(self) -> Budget:
        """Return what the models may be asked."""
        inputs = self.option("max-calls")
        seconds, price = (self.option(f"max-{name}") for name in ("seconds", "price"))
        try:
            return budget(
                int(inputs) if inputs else None, float(seconds) if seconds else None, float(price) if price else None
            )
        except ValueError:
            what = "--robust-max-calls is a number of inputs, --robust-max-seconds one of seconds, --robust-max-price a price"
            raise pytest.UsageError(what) from None

    def _cache_size(self) -> int:
        """Return the bytes that the cache may grow to."""
        written = self.option("cache-size")
        try:
            return bytes_in(written) if written else BOUND
        except UsageError as error:
            raise pytest.UsageError(f"--robust-cache-size: {error}") from None
