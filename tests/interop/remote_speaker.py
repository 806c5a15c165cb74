"""A speaker in a network namespace, ordered about by a test."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any, Self

from tests.support.netns import Namespace
from tests.support.processes import wait_until
from tests.support.sources import PROJECT

PATIENCE = 60.0
"""Seconds that a test waits for daemons to agree; the machine may be busy."""


class RemoteSpeaker:
    """The program ``speaker_program`` inside a namespace; a context manager that ends it."""

    def __init__(self, namespace: Namespace, folder: Path, **options: Any) -> None:
        """Start it with the arguments of ``bgpkit.Speaker`` and wait until it listens."""
        self._log = folder / f"{namespace.name}-speaker.log"
        argv = [sys.executable, "-m", "tests.interop.speaker_program", json.dumps(options)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                namespace.command(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=PROJECT,
                start_new_session=True,
            )
        assert self._hear() == "ready"

    def __enter__(self) -> Self:
        """Return the speaker itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the program."""
        self.kill()

    def order(self, do: str, **arguments: Any) -> Any:
        """Give an order and return the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._hear()

    def add_peer(self, address: str, asn: int, **fields: Any) -> None:
        """Add a peer; fields are those of ``bgpkit.PeerConfig``."""
        self.order("add_peer", peer={"address": address, "asn": asn, "connect_retry_time": 1.0, **fields})

    def announce(self, *prefixes: str, **attributes: Any) -> None:
        """Announce prefixes."""
        self.order("announce", prefixes=prefixes, **attributes)

    def routes(self, family: str = "ipv4", peer: str | None = None) -> dict[str, dict[str, Any]]:
        """Return the routes by prefix."""
        return {route["prefix"]: route for route in self.order("routes", family=family, peer=peer)}

    def peer(self, address: str) -> dict[str, Any]:
        """Return what the speaker tells of a peer."""
        found: dict[str, Any] = next(each for each in self.order("peers") if each["address"] == address)
        return found

    def is_established(self, address: str) -> bool:
        """Tell whether the session with a peer is up."""
        return bool(self.peer(address)["state"] == "Established")

    def wait_established(self, *addresses: str) -> None:
        """Wait until the sessions are up."""
        for address in addresses:
            wait_until(partial(self.is_established, address), f"Established with {address}", PATIENCE)

    def stop(self, *, graceful: bool = False, cease: str = "") -> None:
        """Stop the speaker as its program would."""
        self.order("stop", graceful=graceful, cease=cease)
        self._end()

    def log(self) -> str:
        """Return what the speaker has logged until now."""
        return self._log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """End the program as a crash does."""
        self._process.kill()
        self._end()

    def _end(self) -> None:
        self._process.communicate()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the speaker ended:\n{self._log.read_text(encoding='utf-8')}")
        return json.loads(line)["answer"]
