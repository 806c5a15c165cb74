"""BFD with BIRD 2: both sides Up, how fast a cut is seen, and what becomes of the BGP session."""

import asyncio
import time
from collections.abc import Callable

import pytest

from bgpkit import IPV4_UNICAST, Speaker, State
from bgpkit.bfd import BfdService
from bgpkit.speaker import (
    BfdMode,
    Liveness,
    LivenessState,
    MonitoredPath,
)
from tests.interop.bfd_lab import (
    DETECTION,
    SLACK,
    Lab,
    away,
    bird_lab,
    established,
    state,
)
from tests.interop.bfd_speaker_program import OURS, THEIRS, peer
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import eventually

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
TRIALS = 3
"""Cuts of one test run; a measurement makes more."""


class Clock:
    """Notes when the liveness of a path changed."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.seen: list[tuple[float, LivenessState]] = []

    def __call__(self, liveness: Liveness) -> None:
        """Take note of a change."""
        self.seen.append((time.monotonic(), liveness.state))

    def first(self, wanted: LivenessState, after: float) -> float | None:
        """Return how many seconds after a time the path was first in the state ``wanted``."""
        return next((at - after for at, state in self.seen if state is wanted and at > after), None)


async def detections(lab: Lab, trials: int) -> tuple[list[float], list[float]]:
    """Cut the path ``trials`` times; return the seconds until we saw it, and until the BGP session was closed."""
    clock, seen, closed = Clock(), list[float](), list[float]()
    async with BfdService() as bfd, Speaker(asn=64512, bgp_identifier=OURS, liveness=bfd) as speaker:
        config = peer(mode=BfdMode.STRICT)
        assert config.bfd is not None
        await speaker.add_peer(config)
        bfd.watch(MonitoredPath(remote=THEIRS, local=OURS, options=config.bfd), clock)
        for _ in range(trials):
            await established(speaker)
            await asyncio.sleep(0.3)  # the fast interval is in use on both sides by then
            cut = await away(lab.cut)
            await eventually(lambda: state(speaker) is not State.ESTABLISHED, "the end of the session")
            closed.append(time.monotonic() - cut)
            delay = clock.first(LivenessState.DOWN, cut)
            assert delay is not None
            seen.append(delay)
            assert speaker.peers()[0].last_error.endswith("Control Detection Time Expired: Cease / BFD Down")
            await away(lab.mend)
    return seen, closed


def test_a_cut_is_seen_within_three_intervals_and_ends_the_session(
    namespaces: Namespaces, start_bird: StartBird
) -> None:
    """At 100 ms and a multiplier of 3: seen in 0.3 s, the session closed at once, and all comes back."""
    lab = bird_lab(namespaces, start_bird, "bfd on;")
    with lab.ours.entered():
        seen, closed = asyncio.run(detections(lab, TRIALS))
    assert max(seen) <= DETECTION + SLACK, seen
    assert max(closed) <= DETECTION + SLACK, closed


async def hold_back(lab: Lab, allow: Callable[[], object]) -> None:
    """See that a strict peer waits for BFD, and why, until it is allowed to come up."""
    async with BfdService() as bfd, Speaker(asn=64512, bgp_identifier=OURS, liveness=bfd) as speaker:
        await speaker.add_peer(peer(mode=BfdMode.STRICT))
        await asyncio.sleep(2.5)  # BIRD tries every second, and so would we
        assert state(speaker) is State.IDLE
        assert "waits until the path is up; BFD has not come up yet" in speaker.explain_peer(THEIRS).sentence
        await away(allow)
        await established(speaker)
        assert bfd.sessions()[0].state == "Up"
    await away(lambda: lab.wait_bfd("Down"))


def test_a_strict_peer_waits_until_bfd_is_up(namespaces: Namespaces, start_bird: StartBird) -> None:
    """No BGP session while BIRD does no BFD; once it does, both sides are Up and BGP is Established."""
    lab = bird_lab(namespaces, start_bird, "")
    with lab.ours.entered():
        asyncio.run(hold_back(lab, lambda: lab.bird.reconfigure(lab.configuration("bfd on;"))))


async def lose_bfd_only(lab: Lab, mode: BfdMode) -> tuple[set[str], set[str]]:
    """Let BIRD's BFD fall silent, but not its BGP; return the routes held right then, and once all is mended."""
    async with BfdService() as bfd, Speaker(asn=64512, bgp_identifier=OURS, liveness=bfd) as speaker:
        await speaker.add_peer(peer(mode=mode))
        await established(speaker)
        await eventually(lambda: bfd.sessions()[0].state == "Up", "BFD Up")
        await eventually(lambda: speaker.size(IPV4_UNICAST) == 1, "BIRD's route")
        await away(lambda: lab.bird.command("disable", "bfd1"))
        await eventually(lambda: state(speaker) is not State.ESTABLISHED, "the end of the session")
        held = {str(route.prefix) for route in speaker.routes(peer=THEIRS)}
        await away(lambda: lab.bird.command("enable", "bfd1"))
        await established(speaker)
        await eventually(lambda: speaker.size(IPV4_UNICAST) == 1, "BIRD's route")
        return held, {str(route.prefix) for route in speaker.routes(peer=THEIRS)}


def test_the_peer_is_told_that_bfd_is_down(namespaces: Namespaces, start_bird: StartBird) -> None:
    """Where BGP still goes through, BIRD gets Cease, subcode 10 (RFC 9384), and routes are dropped at once."""
    lab = bird_lab(namespaces, start_bird, "bfd on; graceful restart on;")
    with lab.ours.entered():
        held, again = asyncio.run(lose_bfd_only(lab, BfdMode.PLAIN))
    assert (held, again) == (set(), {"10.77.1.0/24"})
    assert "Received: Unknown error 6.10" in lab.bird.log()  # BIRD 2.0.12 is older than RFC 9384


def test_a_graceful_peer_keeps_the_routes_of_a_path_that_may_have_failed(
    namespaces: Namespaces, start_bird: StartBird
) -> None:
    """BIRD's C bit is clear: what ends the session says nothing, and BIRD's routes stay until it is back."""
    lab = bird_lab(namespaces, start_bird, "bfd graceful; graceful restart on;")
    with lab.ours.entered():
        held, again = asyncio.run(lose_bfd_only(lab, BfdMode.GRACEFUL))
    assert (held, again) == ({"10.77.1.0/24"}, {"10.77.1.0/24"})
    assert "6.10" not in lab.bird.log()
