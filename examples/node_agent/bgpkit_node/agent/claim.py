"""One agent for a node name: a lock that the kernel releases when the agent ends, however it ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from bgpkit_node.errors import NodeError


class NameClaim:
    """Holds a node's name while the context lasts."""

    def __init__(self, datastore: Path, node: str) -> None:
        """Claim ``node`` among the agents that share the file ``datastore``."""
        self._directory = datastore.with_name(datastore.name + ".agents")
        self._path = self._directory / f"{node}.lock"
        self._node = node
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take the name; NodeError when a running agent has it."""
        try:
            self._directory.mkdir(mode=0o700, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise NodeError(f"{self._path}: cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 20).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise NodeError(
                f"node {self._node} has a running agent already (process {holder}): "
                "stop that one, or give this one another name with --node"
            ) from None
        os.truncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give the name up."""
        os.close(self._descriptor)
