"""The asking side of the local socket: plain blocking calls, for commands."""

import errno
import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast

from bgpkit.control.error import ControlError
from bgpkit.control.protocol import PROTOCOL, write_request

GREETING_SECONDS: Final = 5.0
"""How long the other side may take to greet."""
_LONGEST_LINE: Final = 64 << 20
"""Octets of a line of an answer, at most: more is no answer of a speaker."""


class ControlClient:
    """A connection to the local socket of a speaker; a context manager."""

    def __init__(self, path: Path) -> None:
        """Connect to the socket at ``path`` and be greeted; ControlError says what stands in the way."""
        self.path = path
        self._number = 0
        self._socket = _connected(path)
        self._lines = self._socket.makefile("rb")
        try:
            self.greeting = self._greeted()
        except BaseException:
            self.close()
            raise
        self._socket.settimeout(None)

    def ask(self, do: str, **words: object) -> Iterator[dict[str, object]]:
        """Yield the items that answer a request; ControlError when there is no answer, or no end of it."""
        self._number += 1
        try:
            self._socket.sendall(write_request(self._number, do, words))
            while True:
                answer = self._line()
                if "error" in answer:
                    raise ControlError(str(answer["error"]))
                if "item" not in answer:
                    return
                yield cast("dict[str, object]", answer["item"])
        except (ConnectionError, BrokenPipeError) as error:
            raise ControlError(f"socket {self.path}: the speaker has closed the connection") from error

    def close(self) -> None:
        """Close the connection; an answer that is under way ends there."""
        self._lines.close()
        self._socket.close()

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _greeted(self) -> dict[str, object]:
        try:
            greeting = self._line()
        except TimeoutError:
            raise ControlError(f"socket {self.path}: whoever listens there says nothing; is it a speaker's?") from None
        if "error" in greeting:
            raise ControlError(f"socket {self.path}: {greeting['error']}")
        if greeting.get("speaker") != "bgpkit":
            raise ControlError(f"socket {self.path}: whoever listens there is no speaker of bgpkit")
        if greeting.get("protocol") != PROTOCOL:
            raise ControlError(
                f"socket {self.path}: the speaker is of version {greeting.get('version')}, which this command does not "
                "speak with; use the command of that version"
            )
        return greeting

    def _line(self) -> dict[str, object]:
        line = self._lines.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise ControlError(f"socket {self.path}: the speaker has closed the connection")
        try:
            data: object = json.loads(line)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise ControlError(f"socket {self.path}: whoever listens there is no speaker of bgpkit")
        return cast("dict[str, object]", data)


def _connected(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.settimeout(GREETING_SECONDS)
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise ControlError(f"{path} is no socket; name the socket of a speaker with --socket")
        made.connect(str(path))
    except OSError as error:
        made.close()
        whats = {
            errno.ENOENT: "no speaker runs here; start one with 'bgpkit run', or name its socket with --socket",
            errno.ECONNREFUSED: "the speaker that made it has ended; start it again with 'bgpkit run'",
            errno.EACCES: "there is no permission to ask this speaker; be its user or root, or of its [control] group",
        }
        what = whats.get(error.errno or 0, error.strerror or str(error))
        raise ControlError(f"socket {path}: {what}") from error
    except BaseException:
        made.close()
        raise
    return made
