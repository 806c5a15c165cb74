"""The asking side."""

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bgpkit import Speaker
from bgpkit.control import ControlClient, ControlError
from bgpkit.control import client as module
from tests.unit.control.asking import answered, served


async def test_requests_are_answered_one_after_the_other() -> None:
    """Through one connection; an error ends an answer, not the connection."""
    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker, served(speaker) as (_, path):
        assert (await answered(path, "status"))[0]["asn"] == 64512

        def several() -> list[object]:
            with ControlClient(path) as client:
                assert client.greeting["speaker"] == "bgpkit"
                with pytest.raises(ControlError, match="there is no request 'dance'; known: events, explain, peers"):
                    list(client.ask("dance"))
                return [*client.ask("peers"), *client.ask("status")]

        (status,) = await asyncio.to_thread(several)
        assert isinstance(status, dict)


def other_side(said: bytes | None) -> str:
    """Return what a client says of somebody who says ``said``; None: nothing, for long."""
    with TemporaryDirectory(prefix="bgpkit-") as folder, socket.socket(socket.AF_UNIX) as listening:
        path = Path(folder) / "s"
        listening.bind(str(path))
        listening.listen()
        ended = threading.Event()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                if said is None:
                    ended.wait(10)
                else:
                    connection.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(ControlError) as caught:
                ControlClient(path)
        finally:
            ended.set()
            thread.join()
        return str(caught.value).replace(str(path), "PATH")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"", "socket PATH: the speaker has closed the connection"),
        (b"220 smtp ready\r\n", "socket PATH: whoever listens there is no speaker of bgpkit"),
        (b"[]\n", "socket PATH: whoever listens there is no speaker of bgpkit"),
        (b'{"speaker": "bird"}\n', "socket PATH: whoever listens there is no speaker of bgpkit"),
        (b'{"id": null, "error": "too many"}\n', "socket PATH: too many"),
        (
            b'{"speaker": "bgpkit", "protocol": 99, "version": "9"}\n',
            (
                "socket PATH: the speaker is of version 9, which this command does not speak with; "
                "use the command of that version"
            ),
        ),
    ],
)
def test_somebody_else_at_the_socket_is_told(said: bytes, told: str) -> None:
    """In a sentence."""
    assert other_side(said) == told


def test_somebody_who_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """For longer than a greeting takes."""
    monkeypatch.setattr(module, "GREETING_SECONDS", 0.05)
    assert other_side(None) == "socket PATH: whoever listens there says nothing; is it a speaker's?"


def abandoned(path: Path) -> None:
    """Make a socket, and leave it."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (str, "no speaker runs here; start one with 'bgpkit run', or name its socket with --socket"),
        (Path.touch, "is no socket; name the socket of a speaker with --socket"),
        (abandoned, "the speaker that made it has ended; start it again with 'bgpkit run'"),
    ],
)
def test_where_no_speaker_is_a_sentence_says_so(prepare: Callable[[Path], object], told: str) -> None:
    """With what to do."""
    with TemporaryDirectory(prefix="bgpkit-") as folder:
        path = Path(folder) / "s"
        prepare(path)
        with pytest.raises(ControlError, match=told):
            ControlClient(path)


async def test_a_speaker_that_goes_while_it_answers_is_told() -> None:
    """Neither an end nor silence."""
    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker, served(speaker) as (server, path):
        connected = threading.Event()

        def follow() -> str:
            with ControlClient(path) as client:
                answer = client.ask("watch")
                next(answer)
                connected.set()
                with pytest.raises(ControlError) as caught:
                    list(answer)
            return str(caught.value)

        following = asyncio.create_task(asyncio.to_thread(follow))
        await asyncio.to_thread(connected.wait, 10)
        await server.close()
        assert "the speaker has closed the connection" in await following
