"""bgpkit.speaker.liveness_gate: a session held back, let go, ended."""

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from bgpkit import PeerConfig
from bgpkit.errors import ConfigError
from bgpkit.speaker import (
    BfdMode,
    BfdOptions,
    ChangePlan,
    Liveness,
    LivenessWatch,
    MonitoredPath,
    PrefixLimit,
    PrefixLimitAction,
)
from bgpkit.speaker.liveness_gate import BFD_DOWN, LivenessGate
from bgpkit_fsm import Notification
from tests.support import octets
from tests.support.liveness import DISABLED, DOWN, UNKNOWN, UP, ScriptedDetector, ScriptedWatch
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import THEIRS, scripted, settled, speaker_at, towards_scripted
from tests.support.virtual_time import run


class Peer:
    """A peer that notes what is done to it."""

    def __init__(self) -> None:
        """Start without a session."""
        self.established = False
        self.done: list[object] = []
        self.reason = ""

    def open_session(self, *, again: bool) -> None:
        """Take note."""
        self.done.append("again" if again else "open")

    def path_failed(self, notification: Notification | None, reason: str) -> None:
        """Take note."""
        self.done.append(notification)
        self.reason = reason
        self.established = False

    def abort_restart(self) -> None:
        """Take note."""
        self.done.append("abort restart")

    def held_back(self, reason: str) -> None:
        """Take note."""
        self.reason = reason

    def taken(self) -> list[object]:
        """Return what has been done since the last call."""
        done, self.done = self.done, []
        return done


def config(mode: BfdMode | None) -> PeerConfig:
    """Return a peer of a mode; None: without BFD."""
    bfd = None if mode is None else BfdOptions(mode=mode)
    return PeerConfig(
        address="192.0.2.9", asn=1, local_address="192.0.2.1", connect_retry_time=5.0, bfd=bfd, passive=True
    )


def gate(mode: BfdMode | None = None, detector: ScriptedDetector | None = None) -> tuple[Peer, LivenessGate]:
    """Return a gate that has begun, and its peer."""
    peer = Peer()
    made = LivenessGate(peer, detector)
    made.begin(config(mode))
    return peer, made


def test_without_bfd_the_gate_is_open() -> None:
    """And nobody is asked."""
    detector = ScriptedDetector()
    peer, made = gate(None, detector)
    assert (peer.taken(), detector.watches, made.liveness) == (["open"], [], None)


def test_the_path_is_watched_between_the_addresses_of_the_session() -> None:
    """By the peer's options."""
    detector = ScriptedDetector()
    gate(BfdMode.PLAIN, detector)
    options = BfdOptions()
    assert detector.last.path == MonitoredPath(remote="192.0.2.9", local="192.0.2.1", options=options)


@pytest.mark.parametrize("mode", [BfdMode.PLAIN, BfdMode.GRACEFUL])
def test_only_a_strict_peer_waits(mode: BfdMode) -> None:
    """Others may speak BGP while the path is not up yet."""
    assert gate(mode, ScriptedDetector())[0].taken() == ["open"]


def test_a_strict_peer_waits_until_the_path_is_up() -> None:
    """And says why; it is opened once."""
    detector = ScriptedDetector()
    peer, made = gate(BfdMode.STRICT, detector)
    assert (peer.taken(), made.holding, peer.reason) == ([], True, "BFD has not come up yet")
    detector.last.say(UNKNOWN)
    assert peer.taken() == []
    detector.last.say(UP)
    detector.last.say(UP, "another reason")
    assert (peer.taken(), made.holding) == (["open"], False)


@pytest.mark.parametrize("state", [UP, DISABLED], ids=["up", "turned off"])
def test_a_path_that_is_up_or_not_watched_by_the_other_end_holds_nobody_back(state: object) -> None:
    """RFC 5882, section 4.1."""
    assert isinstance(state, type(UP))
    assert gate(BfdMode.STRICT, ScriptedDetector(state))[0].taken() == ["open"]


@pytest.mark.parametrize("state", [DISABLED, UNKNOWN], ids=["turned off", "unknown"])
@pytest.mark.parametrize("mode", BfdMode, ids=lambda mode: mode.value)
def test_a_path_of_which_nothing_is_known_has_not_failed(mode: BfdMode, state: object) -> None:
    """The session stays, also when the path is down and up again after that. RFC 5882, section 3.2."""
    assert isinstance(state, type(UP))
    detector = ScriptedDetector(UP)
    peer, _ = gate(mode, detector)
    peer.established = True
    peer.taken()
    for said in (state, DOWN, UP):
        detector.last.say(said)
    assert peer.taken() == []


@pytest.mark.parametrize("independent", [False, True])
@pytest.mark.parametrize("mode", BfdMode, ids=lambda mode: mode.value)
def test_a_failure_ends_the_session(mode: BfdMode, independent: bool) -> None:
    """With Cease / BFD Down, but as TCP's loss does where that may be a restart. RFC 5882, section 4.3."""

    async def main() -> None:
        detector = ScriptedDetector(UP)
        peer, made = gate(mode, detector)
        peer.established = True
        peer.taken()
        detector.last.say(DOWN, "Control Detection Time Expired", independent=independent)
        silent = mode is BfdMode.GRACEFUL and not independent
        word = None if silent else BFD_DOWN
        assert peer.taken() == (["abort restart", word] if independent else [word])
        assert peer.reason == "the path has failed: BFD, Control Detection Time Expired"
        assert made.holding
        made.end(keep=False)

    run(main())


@pytest.mark.parametrize("mode", [BfdMode.PLAIN, BfdMode.GRACEFUL])
def test_after_a_failure_the_session_may_come_back(mode: BfdMode) -> None:
    """When the path is up, or after connect_retry_time anyhow: the peer may do BFD no more."""

    async def main() -> None:
        detector = ScriptedDetector(UP)
        peer, made = gate(mode, detector)
        for up_again in (False, True):
            peer.established = True
            peer.taken()
            detector.last.say(DOWN)
            peer.taken()
            await asyncio.sleep(4.9)
            assert peer.taken() == []
            if up_again:
                detector.last.say(UP)
            else:
                await asyncio.sleep(0.2)
            assert peer.taken() == ["again"]
            detector.last.say(UP)
            await asyncio.sleep(10)
            assert peer.taken() == []
        made.end(keep=False)

    run(main())


def test_after_a_failure_a_strict_peer_waits_as_long_as_it_takes() -> None:
    """No timer lets it go."""

    async def main() -> None:
        detector = ScriptedDetector(UP)
        peer, made = gate(BfdMode.STRICT, detector)
        peer.established = True
        peer.taken()
        detector.last.say(DOWN)
        assert peer.taken() == [BFD_DOWN]
        await asyncio.sleep(3600)
        assert peer.taken() == []
        detector.last.say(UP)
        assert (peer.taken(), made.holding) == (["open"], False)

    run(main())


@pytest.mark.parametrize("mode", [BfdMode.PLAIN, BfdMode.GRACEFUL])
@pytest.mark.parametrize("independent", [False, True])
def test_a_failure_without_a_session_ends_a_restart_or_nothing(mode: BfdMode, independent: bool) -> None:
    """The restart only where both detectors outlive it: then the path itself has failed. RFC 5882, section 4.3.1."""
    detector = ScriptedDetector(UP)
    peer, _ = gate(mode, detector)
    peer.taken()
    detector.last.say(DOWN, independent=independent)
    assert peer.taken() == (["abort restart"] if independent else [])


def test_other_options_are_passed_on() -> None:
    """And the path is not watched anew."""
    detector = ScriptedDetector(UP)
    _, made = gate(BfdMode.PLAIN, detector)
    made.follow(config(BfdMode.STRICT))
    made.follow(config(BfdMode.STRICT))
    assert (detector.last.changes, len(detector.watches)) == ([BfdOptions(mode=BfdMode.STRICT)], 1)


@pytest.mark.parametrize("mode", [None, BfdMode.PLAIN])
def test_a_strict_peer_that_is_so_no_more_waits_no_more(mode: BfdMode | None) -> None:
    """Whether it is watched or not."""
    peer, made = gate(BfdMode.STRICT, ScriptedDetector())
    made.follow(config(mode))
    assert (peer.taken(), made.holding) == (["again"], False)


@pytest.mark.parametrize("keep", [False, True])
def test_the_end_lets_the_path_go(keep: bool) -> None:
    """For good, or until we are back."""
    detector = ScriptedDetector(UP)
    _, made = gate(BfdMode.PLAIN, detector)
    made.end(keep=keep)
    made.end(keep=keep)
    assert detector.last.released is keep


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ConfigError("no source port is free"), "no source port is free"), (OSError("gone"), "OSError: gone")],
)
def test_a_path_that_cannot_be_watched_is_not_known(error: Exception, reason: str) -> None:
    """The reason is what a strict peer waits for; a detector that fails takes no peer with it."""

    class Refusing:
        def watch(self, path: MonitoredPath, changed: Callable[[Liveness], None]) -> LivenessWatch:
            raise error

    peer = Peer()
    made = LivenessGate(peer, Refusing())
    made.begin(config(BfdMode.STRICT))
    assert (peer.taken(), peer.reason) == ([], reason)


async def test_options_that_the_detector_refuses_leave_the_session_and_the_watch_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The plan says that nothing happens to the session, and so it is; the log tells of the refusal."""

    def refuse(_watch: ScriptedWatch, options: BfdOptions) -> None:
        raise ConfigError(f"no interface {options.interface}")

    monkeypatch.setattr(ScriptedWatch, "change", refuse)
    detector = ScriptedDetector(UP)
    async with speaker_at(liveness=detector) as speaker:
        await speaker.add_peer(towards_scripted(bfd=BfdOptions()))
        async with await scripted(speaker):
            other = towards_scripted(bfd=BfdOptions(interface="nowhere0"))
            with capture_logs() as logs:
                assert await speaker.update_peer(other) is ChangePlan.NONE
            assert [(each["event"], each["reason"]) for each in logs] == [("bfd.refused", "no interface nowhere0")]
            assert (speaker.peers()[0].established_count, len(detector.watches)) == (1, 1)


async def test_a_speaker_without_a_detector_refuses_peers_with_bfd() -> None:
    """And says what to give it."""
    async with speaker_at() as speaker:
        with pytest.raises(ConfigError, match=r"bfd needs someone who watches the path: Speaker\(liveness=\.\.\.\)"):
            await speaker.add_peer(config(BfdMode.PLAIN))


@pytest.mark.parametrize("graceful", [False, True])
async def test_a_graceful_stop_leaves_the_path_as_it_is(graceful: bool) -> None:
    """Whoever comes back finds it up; another end of the speaker is told to the peer."""
    detector = ScriptedDetector(UP)
    async with speaker_at(liveness=detector) as speaker:
        await speaker.add_peer(config(BfdMode.PLAIN))
        await speaker.stop(graceful=graceful)
        assert detector.last.released is graceful


async def test_a_removed_peer_lets_the_path_go() -> None:
    """A changed one is watched by the new options, and not anew."""
    detector = ScriptedDetector(UP)
    async with speaker_at(liveness=detector) as speaker:
        await speaker.add_peer(config(BfdMode.PLAIN))
        assert await speaker.update_peer(config(BfdMode.GRACEFUL)) is ChangePlan.NONE
        assert detector.last.changes == [BfdOptions(mode=BfdMode.GRACEFUL)]
        await speaker.remove_peer("192.0.2.9")
        assert detector.last.released is False


async def test_a_strict_peer_from_a_range_waits_for_its_path() -> None:
    """It is not let in, and not forgotten either: its next attempt, with the path up, is."""
    detector = ScriptedDetector(DOWN)
    async with speaker_at(liveness=detector) as speaker:
        bfd = BfdOptions(mode=BfdMode.STRICT)
        await speaker.accept_peers("127.0.0.0/8", lambda address: towards_scripted(address, bfd=bfd))
        async with await ScriptedPeer.dial(*speaker.addresses[0], local=THEIRS) as peer:
            await peer.expect_end()
        await settled()
        assert [each.address for each in speaker.peers()] == [THEIRS]
        detector.last.say(UP)
        async with await scripted(speaker):
            assert len(detector.watches) == 1


async def test_a_peer_that_was_sent_away_is_not_brought_back_by_its_path() -> None:
    """A limit has shut it down; that BFD fails and comes up again changes nothing of that."""
    detector = ScriptedDetector(UP)
    limit = PrefixLimit(maximum=1, action=PrefixLimitAction.SHUTDOWN)
    async with speaker_at(liveness=detector) as speaker:
        bfd = BfdOptions(mode=BfdMode.STRICT)
        await speaker.add_peer(towards_scripted(bfd=bfd, max_prefixes_in=limit))
        async with await scripted(speaker) as peer:
            await peer.send(octets.update(octets.attributes(), "198.51.100.0/24", "203.0.113.0/24"))
            assert (await peer.routes(), await peer.expect_notification()) == ({}, (6, 1))
            detector.last.say(DOWN)
            detector.last.say(UP)
            async with await ScriptedPeer.dial(*speaker.addresses[0], local=THEIRS) as again:
                await again.expect_end()
