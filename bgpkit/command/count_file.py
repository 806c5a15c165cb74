"""A file that holds one number, written anew each second: for scripts that watch a program."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import structlog

from bgpkit.command.going_on import GoingOn
from bgpkit.errors import ConfigError

SECONDS: Final = 1.0


class CountFile(GoingOn):
    """Writes a number into a file once a second, from entry to exit, and leaves the last; nobody reads half of one."""

    def __init__(self, path: Path, count: Callable[[], int]) -> None:
        """Write what ``count`` returns to ``path``."""
        self._path = path
        self._count = count
        self._failed = False

    async def __aenter__(self) -> Self:
        """Write for the first time; ConfigError when that is not possible."""
        if self._path.exists() and not self._path.is_file():  # it would be replaced, were it /dev/null itself
            raise ConfigError(f"{self._path} cannot be written: it is no regular file")
        try:
            self._write()
        except OSError as error:
            raise ConfigError(f"{self._path} cannot be written: {error.strerror or error}") from error
        return await super().__aenter__()

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(SECONDS)
            try:
                self._write()
                self._failed = False
            except OSError as error:  # a full disk ends no session
                if not self._failed:
                    structlog.get_logger("bgpkit.command").warning("count_file.failed", reason=str(error))
                self._failed = True

    def _write(self) -> None:
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            fresh.write_text(f"{self._count()}\n")
            fresh.replace(self._path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise
