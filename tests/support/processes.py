"""Processes that a test starts and stops by their own process id, and waiting that watches."""

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_POLL = 0.01  # seconds between two looks


def wait_until(condition: Callable[[], bool], what: str, timeout: float = 10.0) -> None:
    """Look until a condition holds; fail with a sentence naming what was awaited after timeout seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout:g} seconds")
        time.sleep(_POLL)


class ProcessFailedError(AssertionError):
    """A process that should have been running ended; the message carries its words."""


class RunningProcess:
    """A process whose words go to a log file."""

    def __init__(self, argv: Sequence[str], log: Path) -> None:
        """Start the process; its standard output and error both go to the log."""
        self.name = Path(log).stem
        self.log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                list(argv), stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self.status is None

    @property
    def status(self) -> int | None:
        """The exit status, the negative signal number when one ended the process, None while it runs."""
        return self._process.poll()

    def words(self) -> str:
        """Return what the process has written until now."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_ready(self, ready: Callable[[], bool], timeout: float = 15.0) -> None:
        """Look until the process is ready; raise ProcessFailedError with its words when it ends or takes too long."""

        def ready_or_ended() -> bool:
            return not self.is_running or ready()

        try:
            wait_until(ready_or_ended, f"{self.name} ready", timeout)
        except AssertionError as error:
            raise ProcessFailedError(f"{error}\n{self.words()}") from None
        if not self.is_running:
            raise ProcessFailedError(f"{self.name} ended with status {self._process.returncode}:\n{self.words()}")

    def kill(self) -> None:
        """End the process with SIGKILL, as a crash does, and wait for its end."""
        self._process.kill()
        self._process.wait()

    def stop(self, timeout: float = 5.0) -> None:
        """End the process with SIGTERM, with SIGKILL when it has not ended after timeout seconds."""
        if not self.is_running:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
