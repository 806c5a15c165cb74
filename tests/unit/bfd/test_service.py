"""bgpkit.bfd.service: sessions over the loopback interface."""

import socket

import pytest

from bgpkit.bfd import BfdService
from bgpkit.errors import ConfigError
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType, LivenessState
from bgpkit.transport import Secret
from tests.support.scripted_peer import eventually
from tests.unit.bfd.loopback import ONE, OTHER, Listener, options, path, sent, service, state_of, way_back


async def test_two_services_come_up_and_tell_it() -> None:
    """Once each; when one is closed the other one is told that BFD is turned off, not that it failed."""
    told, other = Listener(), Listener()
    async with service() as one:
        async with service(OTHER) as two:
            one.watch(path(), told)
            two.watch(way_back(), other)
            await eventually(lambda: told.states == other.states == [LivenessState.UP], "Up")
            await sent(one, 10)
            assert (told.states, other.states) == ([LivenessState.UP], [LivenessState.UP])
        await eventually(lambda: told.states[-1] is LivenessState.DISABLED, "turned off")
        assert told.told[-1].reason == "BFD is turned off at the peer"


async def test_silence_is_told_as_a_failure() -> None:
    """With the diagnostic in words; the session comes back by itself."""
    told = Listener()
    async with service() as one:
        one.watch(path(), told)
        async with service(OTHER) as peer:
            peer.watch(way_back(), Listener())
            await eventually(lambda: told.states == [LivenessState.UP], "Up")
            peer.abort()
        await eventually(lambda: told.states[-1] is LivenessState.DOWN, "Down")
        assert told.told[-1].reason == "Control Detection Time Expired"
        async with service(OTHER) as fresh:
            fresh.watch(way_back(), Listener())
            await eventually(lambda: told.states[-1] is LivenessState.UP, "Up again")


async def test_a_session_lives_on_for_who_comes_back_and_not_for_who_does_not() -> None:
    """Kept: for the time agreed. Let go of: no longer than a change of a peer takes."""
    told, other = Listener(), Listener()
    async with service(keep_seconds=0.5) as one, service(OTHER) as two:
        two.watch(way_back(), other)
        watch = one.watch(path(), told)
        await state_of(one, "Up")
        watch.release(keep=True)
        await sent(one, 4)
        watch = one.watch(path(), told)
        assert watch.liveness.state is LivenessState.UP
        watch.release(keep=False)
        watch = one.watch(path(), told)
        await sent(one, 15)
        assert other.states == [LivenessState.UP]
        watch.release(keep=True)
        await eventually(lambda: other.states[1:] == [LivenessState.DISABLED], "turned off")


async def test_a_session_that_is_being_turned_off_can_be_had_again() -> None:
    """With its discriminator, while it still tells the peer that it is AdminDown."""
    async with service() as one, service(OTHER) as two:
        two.watch(way_back(), Listener())
        watch = one.watch(path(), Listener())
        await state_of(one, "Up")
        before = one.sessions()[0].discriminator
        watch.release(keep=False)
        await state_of(one, "AdminDown")
        one.watch(path(), Listener())
        await state_of(one, "Up")
        assert one.sessions()[0].discriminator == before


async def test_two_watchers_share_a_session() -> None:
    """One path, one session (RFC 5881, section 3), by the options given last; it ends with the last of them."""
    first, second = Listener(), Listener()
    async with service() as one, service(OTHER) as two:
        two.watch(way_back(), Listener())
        watch = one.watch(path(), first)
        other = one.watch(path(local=None, transmit_interval=0.2), second)
        await eventually(lambda: first.states == second.states == [LivenessState.UP], "both told")
        assert [session.watchers for session in one.sessions()] == [2]
        await eventually(lambda: one.sessions()[0].transmit_interval == 0.2, "the last options")
        watch.release(keep=False)
        watch.release(keep=False)
        await sent(one, 5)
        assert one.sessions()[0].state == "Up"
        other.release(keep=False)
        await state_of(one, "AdminDown")


async def test_other_options_do_not_flap_another_key_does() -> None:
    """A change of interval is agreed on; with another key than the peer's nothing is accepted any more."""
    told = Listener()
    async with service() as one, service(OTHER) as two:
        two.watch(way_back(), Listener())
        watch = one.watch(path(), told)
        await state_of(one, "Up")
        watch.change(options(transmit_interval=0.4))
        await eventually(lambda: one.sessions()[0].transmit_interval == 0.4, "slower")
        assert told.states == [LivenessState.UP]
        key = BfdAuthentication(type=BfdAuthenticationType.KEYED_SHA1, key=Secret("secret"))
        watch.change(options(authentication=key))
        await eventually(lambda: told.states[-1] is LivenessState.DOWN, "not accepted")
        assert one.sessions()[0].packets_discarded > 0
        assert "secret" not in repr(one.sessions())


async def test_another_kind_of_path_is_another_session() -> None:
    """The watcher goes with it, and the former session ends."""
    told = Listener()
    async with service() as one, service(OTHER) as two:
        two.watch(way_back(multihop=True), Listener())
        watch = one.watch(path(), told)
        watch.change(options(multihop=True))
        await eventually(lambda: told.states == [LivenessState.UP], "Up over several hops")
        await eventually(lambda: "AdminDown" in [session.state for session in one.sessions()], "the former off")
        assert [session.multihop for session in one.sessions() if session.state == "Up"] == [True]


async def test_a_port_that_is_taken_is_told_in_one_sentence() -> None:
    """Which, and what to do."""
    async with service():
        with pytest.raises(ConfigError, match=f"BFD, {ONE} UDP port 3784: .* another BFD daemon has it"):
            await service().__aenter__()


async def test_a_path_that_cannot_be_is_told_in_one_sentence() -> None:
    """An address that is not ours; an interface that there is not."""
    async with service() as one:
        with pytest.raises(ConfigError, match=r"BFD to 127.* from 192\.0\.2\.9: "):
            one.watch(path(local="192.0.2.9"), Listener())
        with pytest.raises(ConfigError, match="at nowhere0: "):
            one.watch(path(interface="nowhere0"), Listener())
        with pytest.raises(ConfigError, match=r"^BFD to fe80::1%nowhere0: no interface with this name$"):
            one.watch(path("fe80::1%nowhere0", None), Listener())
        assert one.sessions() == ()
    with pytest.raises(ConfigError, match=r"^BFD: listen 'nowhere' is not an IPv4 or IPv6 address$"):
        BfdService(listen=("127.0.0.1", "nowhere"))


async def test_packets_for_nobody_are_counted() -> None:
    """And do nothing else."""
    async with service() as one:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind((OTHER, 0))
            stranger.sendto(b"rubbish", (ONE, 3784))
            await eventually(lambda: one.packets_for_nobody == 1, "the packet")


async def test_a_service_without_sessions_ends_at_once() -> None:
    """And a second one at the same address can begin."""
    for _ in range(2):
        async with BfdService(listen=[ONE]):
            pass
