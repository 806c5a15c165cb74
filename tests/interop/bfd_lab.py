"""BIRD with BFD on one end of a segment, ours on the other, and a cut between them."""

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bgpkit import Speaker, State
from tests.interop.bfd_speaker_program import INTERVAL, MULTIPLIER, OURS, THEIRS
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces, Segment
from tests.support.processes import wait_until
from tests.support.scripted_peer import eventually

THEIRS6, OURS6 = "2001:db8:9::1", "2001:db8:9::2"
DETECTION = INTERVAL * MULTIPLIER
SLACK = 0.2
"""Seconds that a loaded machine of two cores may take from a timer's time to what follows from it."""
PATIENCE = 20.0

BIRD = """
log stderr all;
timeformat log "%Y-%m-%d %H:%M:%S.%3f ";
router id {theirs};
debug protocols {{ states, events }};
protocol device {{ scan time 1; }}
protocol static {{ ipv4; route 10.77.1.0/24 blackhole; }}
protocol bfd bfd1 {{
  {bfd}
  interface "eth0" {{
    {interface}
    min rx interval 100 ms; min tx interval 100 ms; idle tx interval 300 ms; multiplier 3;
  }};
  multihop {{ min rx interval 100 ms; min tx interval 100 ms; idle tx interval 300 ms; multiplier 3; }};
}}
protocol bgp ours {{
  local {theirs} as 64512; neighbor {ours} as 64512; {reach};
  connect delay time 1; connect retry time 2; error wait time 1, 2;
  {options}
  ipv4 {{ import all; export all; }};
}}
"""


@dataclass(slots=True)
class Lab:
    """Two nodes on a switch, BIRD on one of them."""

    switch: Segment
    ours: Namespace
    theirs: Namespace
    bird: Bird

    def cut(self) -> float:
        """Take our port off the switch, so that both links stay up and nothing arrives; return when that was."""
        self.switch.ip("link", "set", "port1", "nomaster")
        return time.monotonic()

    def mend(self) -> None:
        """Put our port back."""
        self.switch.ip("link", "set", "port1", "master", "bridge")

    def session(self) -> str:
        """Return what BIRD tells of its session with us, in a line; empty when it has none."""
        lines = self.bird.ask("show", "bfd", "sessions", check=False).splitlines()
        return next((line for line in lines if line.split()[:1] == [OURS]), "")

    def bfd_state(self) -> str:
        """Return the state that BIRD's session with us is in; empty when it has none."""
        columns = self.session().split()
        return columns[2] if columns else ""

    @staticmethod
    def configuration(options: str, *, bfd: str = "", interface: str = "", reach: str = "direct") -> str:
        """Return BIRD's configuration, with more of its protocols for BGP and BFD."""
        return BIRD.format(theirs=THEIRS, ours=OURS, options=options, bfd=bfd, interface=interface, reach=reach)

    def wait_bfd(self, state: str) -> None:
        """Wait until BIRD says that its session with us is in ``state``."""
        wait_until(lambda: self.bfd_state() == state, f"BFD {state} as BIRD says", PATIENCE)

    def flaps(self) -> int:
        """Return how often BIRD's session with us went down, as its log tells."""
        return len(re.findall(rf"Session to {re.escape(OURS)} changed state from Up to \w*Down", self.bird.log()))

    def has(self, prefix: str) -> bool:
        """Tell whether BIRD has a route to ``prefix``."""
        return prefix in self.bird.ask("show", "route", check=False)


def bird_lab(namespaces: Namespaces, start_bird: Callable[[Namespace, str], Bird], options: str, **more: str) -> Lab:
    """Return a lab whose BIRD runs with these ``options`` of its BGP protocol, and ``more`` of its others."""
    switch, theirs, ours = namespaces.segment(), namespaces.node("bird"), namespaces.node("ours")
    switch.attach(theirs, f"{THEIRS}/24", f"{THEIRS6}/64")
    switch.attach(ours, f"{OURS}/24", f"{OURS6}/64")
    bird = start_bird(theirs, Lab.configuration(options, **more))
    return Lab(switch, ours, theirs, bird)


async def established(speaker: Speaker) -> None:
    """Wait until the session is up."""
    await eventually(lambda: state(speaker) is State.ESTABLISHED, "Established", PATIENCE)


def state(speaker: Speaker) -> State:
    """Return the state of the session."""
    return speaker.peers()[0].state


async def away(call: Callable[[], Any]) -> Any:
    """Do what blocks in another thread: the session's timers go on."""
    return await asyncio.to_thread(call)


@contextmanager
def bfd_process(namespace: Namespace, socket: Path, log: Path, *words: str) -> Generator[subprocess.Popen[bytes]]:
    """Run ``bgpkit bfd`` in a namespace, until it is told to end."""
    argv = [sys.executable, "-m", "bgpkit.command.main", "bfd", "--socket", str(socket), *words]
    with log.open("ab") as file:
        process = subprocess.Popen(
            namespace.command(argv), stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
        )
    try:
        wait_until(socket.exists, "the socket of bgpkit bfd", PATIENCE)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
