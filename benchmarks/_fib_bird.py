"""BIRD 2: static routes with recursive next hops stand in its table; its kernel protocol is switched on and off."""

import re
import socket
import time
from pathlib import Path
from string import Template
from typing import Final

from benchmarks._fib_program import STARTING, Program, ProgramError, Step, Word
from benchmarks._fib_routes import MOVED, NEXT_HOPS, address, gateway

_TEMPLATE: Final = Path(__file__).parent / "fib" / "bird.conf"
_NEVER: Final = 100_000
_SCANS: Final = 3
_QUIET: Final = 0.5
"""Seconds without work after which a new configuration has been carried out; a scan in between is work too."""
_LOOK: Final = 0.05
_TURNED_OFF: Final = {Step.REPLACE: "feed_a", Step.MOVE: f"way{MOVED}"}
"""The protocol that a step turns off for good."""
_COMMANDS: Final = {
    Step.ADD: "enable fib",
    **{step: f"disable {name}" for step, name in _TURNED_OFF.items()},
    Step.DELETE: "disable fib",
}


class Bird(Program):
    """BIRD, whose scan of the kernel's table is measured by the processor time of some that are ordered by time."""

    package = "bird2"
    programs = ("bird", "birdc")
    steps = (Step.ADD, Step.ADOPT, Step.REPLACE, Step.MOVE, Step.DELETE, Step.DUMP)

    def start(self, *, again: bool) -> None:
        """Start BIRD and wait until it has read its routes."""
        self._off: list[str] = []
        self._write_routes()
        file = self._write_configuration(*([] if again else ["fib"]))
        control = self.folder / "control"
        control.unlink(missing_ok=True)
        self._run(self._item(0).argv("-f", "-c", str(file), "-s", str(control)))
        self._wait_for(control)
        if again:
            return
        while self._count() < 2 * len(self.routes.keys):
            time.sleep(0.05)

    def do(self, step: Step) -> Word | None:
        """Give the command of the step; it is done in the background."""
        if step is Step.DUMP:
            return self._scan()
        if step in _TURNED_OFF:
            self._off.append(_TURNED_OFF[step])
        self._ask(_COMMANDS[step])
        return None

    def _scan(self) -> Word:
        """Let it scan once in so many seconds, and share out the processor time of some scans."""
        period = max(1, len(self.routes.keys) // 100_000)
        self._write_configuration(*self._off, scan=period)
        self._ask("configure")
        self._rest()
        before = self.processor
        time.sleep(_SCANS * period)
        each = (self.processor - before) / _SCANS
        return Word(seconds=each, processor=each)

    def _rest(self) -> None:
        """Wait until it has brought all its routes into the kernel."""
        deadline = time.monotonic() + STARTING
        used, since = self.processor, time.monotonic()
        while time.monotonic() - since < _QUIET:
            time.sleep(_LOOK)
            before, used = used, self.processor
            if used - before > _LOOK / 50:
                since = time.monotonic()
            if since > deadline:
                raise ProgramError(f"not at rest {STARTING:.0f} s after a new configuration")

    def _write_routes(self) -> None:
        for name, shifted in (("feed_a", False), ("feed_b", True)):
            rows = (
                f"route {text} recursive {address(self.routes.next_hop_of(place, shifted=shifted))};\n"
                for place, text in enumerate(self.routes.texts)
            )
            (self.folder / f"{name}.conf").write_text("".join(rows), encoding="ascii")

    def _write_configuration(self, *disabled: str, scan: int = _NEVER) -> Path:

        def off(name: str) -> str:
            return "disabled; " if name in disabled else ""

        rows: list[str] = []
        for number in range(NEXT_HOPS):
            for name, preference, moved in (("way", 200, False), ("detour", 100, True)):
                channel = f"ipv4 {{ table ways; preference {preference}; }};"
                route = f"route {address(number)}/32 via {gateway(number, moved=moved)};"
                rows.append(f"protocol static {name}{number} {{ {off(f'{name}{number}')}{channel} {route} }}")
        text = Template(_TEMPLATE.read_text(encoding="utf-8"))
        file = self.folder / "bird.conf"
        values = {"ways": "\n".join(rows), "scan": scan, "fib": off("fib"), "feed_a": off("feed_a")}
        file.write_text(text.substitute(values), encoding="utf-8")
        return file

    def _count(self) -> int:
        found = re.search(r"(\d+) of \d+ routes for \d+ networks in table master4", self._ask("show route count"))
        return int(found[1]) if found else 0

    def _ask(self, *commands: str) -> str:
        """Give commands over the control socket, as birdc does, and return the answer to the last."""
        answer = ""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(60)
            try:
                control.connect(str(self.folder / "control"))
                for command in ("", *commands):
                    if command:
                        control.sendall(f"{command}\n".encode())
                    answer = ""
                    while not re.search(r"^\d{4} .*\n\Z", answer, re.MULTILINE):
                        octets = control.recv(65536)
                        if not octets:
                            raise ProgramError(f"it has hung up: {self.words()}")
                        answer += octets.decode()
            except OSError as error:
                raise ProgramError(f"it does not answer: {error.strerror}; {self.words()}") from error
        return answer
