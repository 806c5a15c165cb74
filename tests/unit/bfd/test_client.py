"""bgpkit.bfd.client: the speaker's end of the socket."""

from contextlib import AsyncExitStack
from pathlib import Path

from bgpkit.bfd import BfdClient, BfdServer
from bgpkit.speaker import LivenessState
from tests.support.scripted_peer import eventually
from tests.unit.bfd.loopback import OTHER, Listener, options, path, service, state_of, way_back


async def test_a_path_is_watched_by_another_process(tmp_path: Path) -> None:
    """Up is told, other options are passed on, and a second client finds the session Up."""
    socket, told, again = tmp_path / "bfd.sock", Listener(), Listener()
    async with service() as bfd, service(OTHER) as peer, BfdServer(bfd, socket):
        peer.watch(way_back(), Listener())
        async with BfdClient(socket) as client:
            assert client.connected
            watch = client.watch(path(), told)
            assert watch.liveness.state is LivenessState.UNKNOWN
            await eventually(lambda: told.states[-1:] == [LivenessState.UP], "Up")
            watch.change(options(transmit_interval=0.1))
            await eventually(lambda: bfd.sessions()[0].transmit_interval == 0.1, "slower")
            watch.release(keep=True)
        async with BfdClient(socket) as client:
            watch = client.watch(path(), again)
            await eventually(lambda: again.states == [LivenessState.UP], "Up, at once")
            watch.release(keep=False)
            await state_of(bfd, "AdminDown")
        assert bfd.sessions()[0].up_count == 1


async def test_nothing_is_known_while_nobody_answers(tmp_path: Path) -> None:
    """The client goes on trying, and what it was asked to watch is watched when somebody is there."""
    socket, told = tmp_path / "bfd.sock", Listener()
    async with AsyncExitStack() as stack:
        client = BfdClient(socket, retry_seconds=0.05, first_answer_seconds=0.05)
        await stack.enter_async_context(client)
        assert not client.connected
        client.watch(path(), told)
        bfd = await stack.enter_async_context(service())
        await stack.enter_async_context(BfdServer(bfd, socket))
        await eventually(lambda: told.states == [LivenessState.DOWN], "an answer")


async def test_what_failed_while_the_line_was_broken_is_told_as_a_failure(tmp_path: Path) -> None:
    """From Up to Down, by the same instance; one that was started anew knows nothing of Up."""
    socket, told = tmp_path / "bfd.sock", Listener()
    async with service() as bfd, BfdClient(socket, retry_seconds=0.05, first_answer_seconds=0.0) as client:
        server = BfdServer(bfd, socket)
        async with service(OTHER) as peer:
            async with server:
                peer.watch(way_back(), Listener())
                client.watch(path(), told)
                await eventually(lambda: told.states[-1:] == [LivenessState.UP], "Up")
            await eventually(lambda: told.states[-1] is LivenessState.UNKNOWN, "nothing known")
            peer.abort()
        await state_of(bfd, "Down")
        told.told.clear()
        async with server:
            await eventually(lambda: len(told.told) == 2, "an answer")
            assert told.states == [LivenessState.UP, LivenessState.DOWN]
        told.told.clear()
        async with BfdServer(bfd, socket):
            await eventually(lambda: told.states[-1:] == [LivenessState.DOWN], "an answer")
            assert LivenessState.UP not in told.states


async def test_a_refusal_is_told(tmp_path: Path) -> None:
    """As something that is not known, with the reason."""
    socket, told = tmp_path / "bfd.sock", Listener()
    async with service() as bfd, BfdServer(bfd, socket), BfdClient(socket) as client:
        client.watch(path(local="192.0.2.7"), told)
        await eventually(lambda: bool(told.told), "the refusal")
        assert told.states == [LivenessState.UNKNOWN]
        assert "192.0.2.7" in told.told[0].reason
