"""BFD with FRR's bfdd: both sides Up, a cut, and what AdminDown means to BGP."""

import asyncio
import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bgpkit import Speaker, State
from bgpkit.bfd import BfdService
from bgpkit.speaker import BfdMode
from tests.interop.bfd_lab import DETECTION, SLACK, away, established, state
from tests.interop.bfd_speaker_program import OURS, THEIRS, peer
from tests.support.daemons import Frr, program
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.scripted_peer import eventually

pytestmark = pytest.mark.netns

BGPD = f"""
router bgp 64512
 bgp router-id {THEIRS}
 neighbor {OURS} remote-as 64512
 neighbor {OURS} timers connect 1
 neighbor {OURS} bfd profile fast
"""
BFDD = f"""
bfd
 profile fast
  detect-multiplier 3
  receive-interval 100
  transmit-interval 100
 exit
 peer {OURS} interface eth0
  profile fast
"""


class FrrWithBfd(Frr):
    """FRR with its bfdd."""

    def __init__(self, namespace: Namespace, folder: Path, configuration: str, bfd: str) -> None:
        """Start zebra and bgpd, then bfdd, each with a configuration."""
        super().__init__(namespace, folder, configuration)
        file = self._file("bfdd.conf", bfd)
        argv = program("frr", "/usr/lib/frr/bfdd").argv(
            *self._options("bfdd", file), "--bfdctl", str(self._sockets / "bfdd.sock")
        )
        self._start("bfdd", self._at_home(argv), partial(self._answers, "bfdd"))

    def peers(self) -> list[dict[str, Any]]:
        """Return bfdd's sessions."""
        found: list[dict[str, Any]] = json.loads(self.ask("show bfd peers json", check=False) or "[]")
        return found

    def is_up(self) -> bool:
        """Tell whether bfdd's session with us is up."""
        return any(each["peer"] == OURS and each["status"] == "up" for each in self.peers())


@contextmanager
def frr_lab(namespaces: Namespaces, folder: Path) -> Generator[tuple[FrrWithBfd, Namespace, Callable[[], float]]]:
    """Give FRR, our node, and a function that cuts the path and returns when it did."""
    switch, theirs, ours = namespaces.segment(), namespaces.node("frr"), namespaces.node("ours")
    switch.attach(theirs, f"{THEIRS}/24")
    switch.attach(ours, f"{OURS}/24")
    frr = FrrWithBfd(theirs, folder, BGPD, BFDD)

    def cut() -> float:
        switch.ip("link", "set", "port1", "nomaster")
        return time.monotonic()

    try:
        yield frr, ours, cut
    finally:
        frr.stop()


async def cut_once(frr: FrrWithBfd, cut: Callable[[], float]) -> float:
    """Return the seconds from a cut to the end of the BGP session."""
    async with BfdService() as bfd, Speaker(asn=64512, bgp_identifier=OURS, liveness=bfd) as speaker:
        await speaker.add_peer(peer(mode=BfdMode.STRICT))
        await established(speaker)
        await away(lambda: wait_until(frr.is_up, "up as bfdd says"))
        await eventually(lambda: bfd.sessions()[0].detection_time == pytest.approx(0.3), "the fast interval")
        at = await away(cut)
        await eventually(lambda: state(speaker) is not State.ESTABLISHED, "the end of the session")
        return float(time.monotonic() - at)


def test_up_with_bfdd_and_a_cut_seen_in_time(namespaces: Namespaces, tmp_path: Path) -> None:
    """At 100 ms and a multiplier of 3: within 0.3 s."""
    with frr_lab(namespaces, tmp_path) as (frr, ours, cut), ours.entered():
        assert asyncio.run(cut_once(frr, cut)) <= DETECTION + SLACK
        wait_until(lambda: not frr.is_up(), "down as bfdd says")


async def turned_off(frr: FrrWithBfd) -> tuple[str, State, State]:
    """Turn BFD off at FRR while the session is up; return what we make of it, then and after some time."""
    async with BfdService() as bfd, Speaker(asn=64512, bgp_identifier=OURS, liveness=bfd) as speaker:
        await speaker.add_peer(peer(mode=BfdMode.STRICT))
        await established(speaker)
        words = ("configure terminal", "bfd", f"peer {OURS} interface eth0", "shutdown")
        await away(lambda: frr.ask(*words))
        await eventually(lambda: bfd.sessions()[0].remote_state == "AdminDown", "AdminDown of bfdd")
        first = state(speaker)
        await asyncio.sleep(1.0)
        return bfd.sessions()[0].state, first, state(speaker)


def test_bfd_turned_off_at_the_peer_is_no_failure(namespaces: Namespaces, tmp_path: Path) -> None:
    """AdminDown of bfdd takes our BFD Down and leaves BGP alone, in strict mode, too. RFC 5882, section 3.2."""
    with frr_lab(namespaces, tmp_path) as (frr, ours, _), ours.entered():
        assert asyncio.run(turned_off(frr)) == ("Down", State.ESTABLISHED, State.ESTABLISHED)
