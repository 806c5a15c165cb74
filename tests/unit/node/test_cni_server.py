"""The agent's socket: who may open it, what it answers, and that no client can harm it."""

import asyncio
import json
import socket
import stat
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest

from bgpkit_node.cni import AgentSocket, request
from bgpkit_node.errors import CniError, NodeError


class Handlers:
    """Handlers that echo, fail, or wait and note that they were cancelled."""

    def __init__(self) -> None:
        """Start with nothing running."""
        self.running = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.finish = asyncio.Event()

    async def echo(self, asked: Mapping[str, object]) -> dict[str, object]:
        """Return the request."""
        return dict(asked)

    async def refuse(self, asked: Mapping[str, object]) -> dict[str, object]:
        """Raise an error for the client."""
        raise CniError(101, "no", f"because of {asked['why']}")

    async def crash(self, asked: Mapping[str, object]) -> dict[str, object]:
        """Raise what no client should meet."""
        return {"never": 1 // len(str(asked.get("nothing", "")))}

    async def wait(self, asked: Mapping[str, object]) -> dict[str, object]:
        """Wait until told to finish."""
        self.running.set()
        try:
            await self.finish.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return dict(asked)


@pytest.fixture
async def handlers() -> Handlers:
    """Give the handlers of one test."""
    return Handlers()


@pytest.fixture
async def path(tmp_path: Path, handlers: Handlers) -> AsyncGenerator[Path, None]:
    """Give the path of a served socket."""
    path = tmp_path / "run" / "agent.sock"
    known = {"echo": handlers.echo, "refuse": handlers.refuse, "crash": handlers.crash, "wait": handlers.wait}
    async with AgentSocket(path, known):
        yield path


async def exchange(path: Path, octets: bytes) -> dict[str, dict[str, object]]:
    """Send octets and return the first line that comes back."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(octets)
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    answer: dict[str, dict[str, object]] = json.loads(line)
    return answer


def mode_of(path: Path) -> str:
    """Return the kind and the rights of a file as ls prints them."""
    return stat.filemode(path.stat().st_mode)


async def test_only_the_owner_may_open_it(path: Path) -> None:
    """The file is a socket with mode 0600."""
    assert mode_of(path) == "srw-------"


async def test_the_client_gets_the_handlers_result(path: Path) -> None:
    """A request goes to the handler of its name with all its keys, and the result comes back."""
    payload = {"request": "echo", "text": "ÄÖ\n", "number": 1}
    assert await asyncio.to_thread(request, path, payload) == payload


async def test_the_clients_error_is_the_handlers(path: Path) -> None:
    """Code, message and details of a handler's error reach the caller as the same error."""
    with pytest.raises(CniError) as caught:
        await asyncio.to_thread(request, path, {"request": "refuse", "why": "rain"})
    assert (caught.value.code, caught.value.msg, caught.value.details) == (101, "no", "because of rain")


async def test_several_requests_go_over_one_connection(path: Path) -> None:
    """Requests sent without waiting are answered one after the other, in their order."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.writelines(json.dumps({"request": "echo", "n": n}).encode() + b"\n" for n in range(3))
    answers = [json.loads(await reader.readline())["result"]["n"] for _ in range(3)]
    writer.close()
    assert answers == [0, 1, 2]


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"nonsense\n", "not a JSON object"),
        (b"[]\n", "not a JSON object"),
        (b"\xff\xfe\n", "not a JSON object"),
        (b"\n", "not a JSON object"),
        (b"{}\n", "None is not known"),
        (b'{"request": ["echo"]}\n', "is not known"),
        (b'{"request": "reboot"}\n', "'reboot' is not known"),
        (b"[" * 100_000 + b"\n", "not a JSON object"),
        (b"x" * (3 << 20) + b"\n", "more than 1048576 octets"),
    ],
)
async def test_what_cannot_be_read_is_answered_with_code_6(path: Path, octets: bytes, words: str) -> None:
    """Malformed, unknown and huge requests get an error in one line, and the socket serves the next client."""
    answer = await exchange(path, octets)
    assert answer["error"]["code"] == 6
    assert words in str(answer["error"]["msg"])
    assert await exchange(path, b'{"request": "echo"}\n') == {"result": {"request": "echo"}}


async def test_a_fault_of_a_handler_is_code_999(path: Path) -> None:
    """A handler that breaks gives the client an error, and the next request is answered."""
    assert (await exchange(path, b'{"request": "crash"}\n'))["error"]["code"] == 999
    assert (await exchange(path, b'{"request": "echo"}\n'))["result"]


async def test_a_client_that_goes_cancels_its_request(path: Path, handlers: Handlers) -> None:
    """When the client closes before its answer, the handler is cancelled."""
    _, writer = await asyncio.open_unix_connection(path)
    writer.write(b'{"request": "wait"}\n')
    await handlers.running.wait()
    writer.close()
    await asyncio.wait_for(handlers.cancelled.wait(), 5)


async def test_a_client_that_only_ends_its_sending_is_answered(path: Path, handlers: Handlers) -> None:
    """A client that closes its own direction still waits, and gets its answer."""
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b'{"request": "wait"}\n')
    writer.write_eof()
    await handlers.running.wait()
    for _ in range(5):
        await asyncio.sleep(0)
    handlers.finish.set()
    assert json.loads(await reader.readline()) == {"result": {"request": "wait"}}
    assert not handlers.cancelled.is_set()
    writer.close()


async def test_a_client_without_a_request_is_let_go(path: Path) -> None:
    """Connections that say nothing, or half a line, end without any trouble for others."""
    for octets in (b"", b'{"request"'):
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(octets)
        writer.close()
    assert (await exchange(path, b'{"request": "echo"}\n'))["result"]


async def test_closing_cancels_what_runs_and_removes_the_file(tmp_path: Path, handlers: Handlers) -> None:
    """After close the handlers have ended and the socket's file is gone; closing again is no error."""
    server = AgentSocket(tmp_path / "agent.sock")
    server.register("wait", handlers.wait)
    await server.start()
    _, writer = await asyncio.open_unix_connection(tmp_path / "agent.sock")
    writer.write(b'{"request": "wait"}\n')
    await handlers.running.wait()
    await server.close()
    assert handlers.cancelled.is_set()
    assert not (tmp_path / "agent.sock").exists()
    await server.close()
    writer.close()


async def test_a_live_agents_socket_is_refused_in_one_sentence(path: Path) -> None:
    """A second agent on the same path does not start, and the first goes on serving."""
    with pytest.raises(NodeError, match="another agent is serving"):
        await AgentSocket(path).start()
    assert (await exchange(path, b'{"request": "echo"}\n'))["result"]


async def test_a_dead_agents_socket_is_replaced(tmp_path: Path, handlers: Handlers) -> None:
    """The file that a killed agent left is taken over."""
    path = tmp_path / "agent.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with AgentSocket(path, {"echo": handlers.echo}):
        assert (await exchange(path, b'{"request": "echo"}\n'))["result"]


async def test_another_kind_of_file_is_left_alone(tmp_path: Path) -> None:
    """A path where a plain file stands is refused, and the file stays."""
    path = tmp_path / "agent.sock"
    path.write_text("keep")
    with pytest.raises(NodeError, match="not a socket"):
        await AgentSocket(path).start()
    assert path.read_text() == "keep"


async def test_a_path_too_long_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """A path that does not fit into a socket address is an error that names it."""
    with pytest.raises(NodeError, match=r"cannot listen on .*agent\.sock"):
        await AgentSocket(tmp_path / ("x" * 120) / "agent.sock").start()


async def test_a_name_is_registered_once(path: Path, handlers: Handlers) -> None:
    """Two handlers for one name are a fault of the caller."""
    server = AgentSocket(path, {"echo": handlers.echo})
    with pytest.raises(ValueError, match="echo"):
        server.register("echo", handlers.echo)


def test_the_client_says_that_nobody_answers(tmp_path: Path) -> None:
    """Without an agent the client raises code 11 with the path."""
    with pytest.raises(CniError, match=r"agent\.sock") as caught:
        request(tmp_path / "agent.sock", {"request": "echo"})
    assert caught.value.code == 11
