"""``bgpkit reflect`` in a network namespace, as its operator starts it."""

import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.support.netns import Namespace
from tests.support.processes import RunningProcess

_PROGRAM: Final = "from bgpkit.command.main import main; raise SystemExit(main())"


class ReflectorProcess:
    """The command, listening on port 179; a context manager that ends it."""

    def __init__(self, namespace: Namespace, folder: Path, address: str, *words: str, clients: str) -> None:
        """Start it at ``address``, which is its BGP Identifier, too, with more ``words`` of the command line."""
        argv = [sys.executable, "-c", _PROGRAM, "reflect", "--listen", f"{address}:179"]
        argv += ["--asn", "64512", "--router-id", address, "--clients", clients, *words]
        self._process = RunningProcess(namespace.command(argv), folder / f"{namespace.name}-reflector.log")
        self._process.wait_ready(lambda: f"{address}:179" in namespace.run(["ss", "-Hltn"]).stdout)

    def __enter__(self) -> Self:
        """Return the process itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the command."""
        self._process.stop()

    def words(self) -> str:
        """Return what the command has written until now."""
        return self._process.words()
