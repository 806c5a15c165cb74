"""One process keeps tables of other network namespaces, and stays where it is; judged by ``ip -n``."""

import socket
import threading
from pathlib import Path

import pytest

from bgpkit import ConfigError
from bgpkit.fib import Fib, KernelNextHops, RouteKind
from bgpkit_rib import Prefix
from tests.integration.fib_node import OURS, eventually, route, via
from tests.support.netns import Namespace, Namespaces, connect

pytestmark = pytest.mark.netns

PREFIX, PREFIX6 = "10.1.0.0/16", "2001:db8:9::/48"


@pytest.fixture
def pair(namespaces: Namespaces) -> tuple[Namespace, Namespace]:
    """Make two nodes with a cable between them; its ends have other numbers than here, where there is only lo."""
    nodes = namespaces.node("blue"), namespaces.node("green")
    for _ in range(2):  # so that the cable's interfaces get numbers of their own
        nodes[1].ip("link", "add", "type", "veth")
    connect(*nodes, interfaces=("b0", "g0"), addresses=(["10.0.0.1/24", "2001:db8::1/64"], ["10.0.0.2/24"]))
    return nodes


def here() -> Path:
    """Return what names the network namespace of this thread."""
    return Path("/proc/thread-self/ns/net").readlink()


def ours(node: Namespace, family: str = "-4") -> list[tuple[str, str | None, str | None]]:
    """Return prefix, gateway and interface of the routes of our protocol."""
    rows = node.ip_json(family, "route", "show", "proto", str(OURS))
    return [(row["dst"], row.get("gateway"), row.get("dev")) for row in rows]


def open_files() -> int:
    """Return how many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_one_process_keeps_the_tables_of_two_namespaces(pair: tuple[Namespace, Namespace]) -> None:
    """Named as ``ip netns`` does or by path; devices are those of the namespace; this thread stays, none is left."""
    blue, green = pair
    home, threads = here(), set(threading.enumerate())
    async with Fib(protocol=OURS, netns=blue.name) as one, Fib(protocol=OURS, netns=str(green.path)) as other:
        one.replace(route(PREFIX, via("10.0.0.2", "b0")))
        one.replace(route(PREFIX6, via("2001:db8::2")))
        other.replace(route(PREFIX, via("10.0.0.1", "g0")))
        await one.settled()
        await other.settled()
        assert ours(blue) == [(PREFIX, "10.0.0.2", "b0")]
        assert ours(blue, "-6") == [(PREFIX6, "2001:db8::2", "b0")]
        assert ours(green) == [(PREFIX, "10.0.0.1", "g0")]
        assert [bool(each.diff()) for each in (one, other)] == [False, False]
        assert (here(), set(threading.enumerate())) == (home, threads)


async def test_a_restart_adopts_what_is_in_the_namespace(pair: tuple[Namespace, Namespace]) -> None:
    """Nothing is written again; a route that another hand deletes there is back."""
    blue, _ = pair
    wanted = route(PREFIX, via("10.0.0.2", "b0"))
    async with Fib(protocol=OURS, netns=blue.name) as fib:
        fib.replace(wanted)
        await fib.settled()
    async with Fib(protocol=OURS, netns=blue.name) as fib:
        fib.replace(wanted)
        await fib.settled()
        assert (fib.held, fib.leftover, fib.writes) == (1, 0, 0)
        blue.ip("route", "del", PREFIX)
        assert await eventually(lambda: bool(ours(blue)))


async def test_an_interface_is_the_one_of_the_namespace(pair: tuple[Namespace, Namespace]) -> None:
    """g0 exists in green only: in blue its route waits for it, and is written when it comes."""
    blue, _ = pair
    async with Fib(protocol=OURS, netns=blue.name) as fib:
        fib.replace(route(PREFIX, via(device="g0")))
        await fib.settled()
        assert [failed.reason for failed in fib.diff().failed] == ["device g0 does not exist"]
        blue.ip("link", "add", "g0", "type", "veth", "peer", "name", "g1")
        blue.ip("link", "set", "g0", "up")
        assert await eventually(lambda: ours(blue) == [(PREFIX, None, "g0")], 3)


async def test_next_hops_are_looked_up_in_the_namespace(pair: tuple[Namespace, Namespace]) -> None:
    """What is a neighbour in blue is an address of our own in green; a change there is told here."""
    blue, green = pair
    changes: list[None] = []
    near, far = socket.inet_aton("10.0.0.2"), socket.inet_aton("10.8.0.1")
    async with (
        KernelNextHops(on_change=lambda: changes.append(None), netns=blue.name) as in_blue,
        KernelNextHops(on_change=lambda: changes.append(None), netns=green.name) as in_green,
    ):
        assert [each.resolve(near).reachable for each in (in_blue, in_green)] == [True, False]
        assert not in_blue.resolve(far).reachable
        blue.ip("route", "add", "10.8.0.0/16", "via", "10.0.0.2")
        assert await eventually(lambda: bool(changes) and in_blue.resolve(far).reachable, 2)


async def test_what_is_deleted_by_name_lives_on_until_it_is_closed(pair: tuple[Namespace, Namespace]) -> None:
    """The sockets hold the namespace: the work goes on unseen, and the next start says that there is none."""
    blue, green = pair
    fib = Fib(protocol=OURS, netns=blue.name)
    await fib.start()
    blue.delete()
    fib.replace(route(PREFIX, kind=RouteKind.BLACKHOLE))
    await fib.settled()
    state = fib.state(Prefix.parse(PREFIX))
    assert (bool(fib.diff()), fib.held, state.installed) == (False, 1, True)
    assert [row["ifname"] for row in green.ip_json("link", "show", "g0")] == ["g0"]
    await fib.close()
    assert await eventually(lambda: not any(row["ifname"] == "g0" for row in green.ip_json("link")), 5)
    with pytest.raises(ConfigError, match=f"^fib: netns {blue.name}: No such file or directory"):
        await fib.start()


@pytest.mark.parametrize(
    ("netns", "sentence"),
    [
        ("nowhere", "No such file or directory; there is no such namespace; 'ip netns' shows those that have a name"),
        ("/proc/self/ns/uts", "Invalid argument; that is no network namespace"),
    ],
)
async def test_where_there_is_no_way_in_a_sentence_says_so(netns: str, sentence: str) -> None:
    """Whoever asks for it, at the start, and nothing stays open."""
    before = open_files()
    for one in (Fib(protocol=OURS, netns=netns), KernelNextHops(on_change=lambda: None, netns=netns)):
        with pytest.raises(ConfigError, match=f"^fib: netns {netns}: {sentence}$"):
            await one.start()
        await one.close()
    assert open_files() == before
