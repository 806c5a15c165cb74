"""What is served to those who look, and how long."""

import asyncio
import socket
from pathlib import Path

import pytest

from bgpkit_node.agent.onlookers import OnlookerOptions, onlookers
from bgpkit_node.agent.service_notice import ServiceNotice
from bgpkit_node.bird_socket import Layout
from bgpkit_node.errors import NodeError
from bgpkit_node.running import RunningNode


def _sockets(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ctl"))


def test_bird_1_6_has_a_socket_for_each_ip_version() -> None:
    """Named as calicoctl looks for them; BIRD 2 has one."""
    path = Path("/var/run/calico/bird.ctl")
    assert OnlookerOptions(bird_socket=path).bird6_socket == Path("/var/run/calico/bird6.ctl")
    assert OnlookerOptions(bird_socket=path, bird_layout=Layout.BIRD_2).bird6_socket is None
    assert OnlookerOptions().bird6_socket is None


async def test_sockets_are_there_as_long_as_the_context(tmp_path: Path) -> None:
    """Both, and neither after it."""
    options = OnlookerOptions(bird_socket=tmp_path / "bird.ctl")
    async with onlookers(options, RunningNode(name="a"), ServiceNotice()):
        assert _sockets(tmp_path) == ["bird.ctl", "bird6.ctl"]
    assert _sockets(tmp_path) == []


async def test_a_health_address_that_is_taken_leaves_nothing_behind(tmp_path: Path) -> None:
    """One sentence; BIRD's sockets go again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = OnlookerOptions(bird_socket=tmp_path / "bird.ctl", health_address=taken.getsockname())
        with pytest.raises(NodeError, match="cannot be used for health and metrics"):
            async with onlookers(options, RunningNode(name="a"), ServiceNotice()):
                raise AssertionError("served")
    assert _sockets(tmp_path) == []


async def test_the_watchdog_is_fed_until_the_kernel_cannot_be_heard(tmp_path: Path) -> None:
    """Three times within its time; then the service manager starts another agent."""
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.setblocking(False)
        loop, running = asyncio.get_running_loop(), RunningNode(name="a")
        async with onlookers(OnlookerOptions(), running, ServiceNotice(address, 0.06)):
            async with asyncio.timeout(10):
                assert [await loop.sock_recv(manager, 100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
            running.fib_tally.lost = "gone"
            coming = [loop.sock_recv(manager, 100) for _ in range(3)]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*coming), 0.3)
