"""ExaBGP in a namespace: a process of its own writes its events down, and hands it the commands of the test."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.daemons import Daemon, program
from tests.support.netns import Namespace

_MODULE = "/usr/lib/python3/dist-packages/exabgp/application/bgp.py"
_PROCESS = """#!/bin/sh
exec 3<&0
cat <&3 >> "{events}" &
exec tail -n +1 -f "{commands}"
"""
_SETTINGS = ("daemon.user=root", "daemon.drop=false", "api.cli=false", "api.ack=false", "log.level=DEBUG")


class ExaBgp(Daemon):
    """ExaBGP 4."""

    def __init__(self, namespace: Namespace, folder: Path, configuration: str, *bind: str) -> None:
        """Start ExaBGP, which listens on the addresses ``bind``, and wait until its process has begun.

        ``$watch`` in the configuration is the name of that process.
        """
        module = program("python3-exabgp", _MODULE).path
        super().__init__(namespace, folder)
        self._events = self._file("events", "")
        self._commands = self._file("commands", "")
        process = self._file("watch", _PROCESS.format(events=self._events, commands=self._commands))
        process.chmod(0o755)
        text = f"process watch {{ run {process}; encoder json; }}\n{configuration}"
        file = self._file("exabgp.conf", text)
        settings = [f"exabgp.{each}" for each in (*_SETTINGS, f"tcp.bind={' '.join(bind)}")]
        argv = ["env", f"PYTHONPATH={module.parents[2]}", *settings]
        argv += [sys.executable, "-m", "exabgp.application.bgp", str(file)]
        self._start("exabgp", argv, lambda: "loaded new configuration successfully" in self.log())

    def command(self, words: str) -> None:
        """Give a command: ``exabgp.command("neighbor 10.9.0.2 teardown 2")``."""
        with self._commands.open("a", encoding="utf-8") as file:
            file.write(f"{words}\n")

    def events(self, peer: str) -> Iterator[dict[str, Any]]:
        """Yield what it has told of a neighbor, the oldest first."""
        for line in self._events.read_text(encoding="utf-8").splitlines():
            if f'"{peer}"' in line and line.endswith("}"):
                yield _event(line)

    def is_established(self, peer: str) -> bool:
        """Tell whether the last that it has told of the session is that it is up."""
        states = [each["neighbor"]["state"] for each in self.events(peer) if each["type"] == "state"]
        return bool(states) and states[-1] == "up"


def _event(line: str) -> dict[str, Any]:
    """Return one event; of those that are no JSON the type, the direction and all the words."""
    try:
        event: dict[str, Any] = json.loads(line, strict=False)
    except json.JSONDecodeError:
        found = re.search(r'"type": "(\w+)".*"direction": "(\w+)"', line)
        assert found is not None, line
        event = {"type": found[1], "neighbor": {"direction": found[2]}, "words": line}
    return event
