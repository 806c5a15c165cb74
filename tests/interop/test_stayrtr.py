"""With StayRTR as the cache: what is served is held, changes follow, and BIRD says the same of routes."""

import random
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from bgpkit.rpki import Roa, RoaTable, RpkiState, RtrClient, RtrIntervals, read_roas
from bgpkit_rib import Prefix
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.scripted_peer import eventually
from tests.support.stayrtr import HOST, PORT, StayRtr

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
BIRD = f"""
router id 192.0.2.1;
roa4 table r4;
roa6 table r6;
protocol device {{}}
protocol rpki cache {{ roa4 {{ table r4; }}; roa6 {{ table r6; }}; remote "{HOST}" port {PORT}; }}
"""
BIRD_STATES = {"0": RpkiState.NOT_FOUND, "1": RpkiState.VALID, "2": RpkiState.INVALID}


class StartStayRtr(Protocol):
    """Starts StayRTR."""

    def __call__(self, node: Namespace, roas: Iterable[Roa], *, protocol: int = 1) -> StayRtr:
        """Start it inside a node, with ROAs and the highest protocol version that it may speak."""
        ...


@pytest.fixture
def start_stayrtr(tmp_path: Path) -> Generator[StartStayRtr]:
    """Give a function that starts StayRTR; stopped after the test."""
    with ExitStack() as stack:

        def start(node: Namespace, roas: Iterable[Roa], *, protocol: int = 1) -> StayRtr:
            daemon = StayRtr(node, tmp_path, roas, protocol=protocol)
            stack.callback(daemon.stop)
            return daemon

        yield start


def roa(text: str, asn: int, most: int) -> Roa:
    """Return the ROA of a prefix."""
    return Roa(Prefix.parse(text), most, asn)


FIRST = {roa("192.0.2.0/24", 64500, 24), roa("192.0.2.0/24", 64501, 26), roa("2001:db8::/32", 4200000000, 48)}
SECOND = {roa("192.0.2.0/24", 64501, 26), roa("198.51.100.0/24", 0, 32), roa("2001:db8::/33", 64501, 128)}


@pytest.mark.parametrize(("protocol", "spoken"), [(0, 0), (1, 1), (2, 1)])
async def test_the_table_follows_what_is_served(
    protocol: int, spoken: int, namespaces: Namespaces, start_stayrtr: StartStayRtr
) -> None:
    """As rtrdump reads it, in the version that both speak; a change comes by a Serial Notify, over one connection."""
    node = namespaces.node("cache")
    stayrtr = start_stayrtr(node, FIRST, protocol=protocol)
    tables: list[RoaTable] = []
    with node.entered():
        async with RtrClient(HOST, PORT, on_table=tables.append) as client:
            await client.wait_synchronized()
            assert set(client.table) == set(read_roas(stayrtr.dump(spoken))) == FIRST
            assert client.status()[0].version == spoken
            connections = stayrtr.connections
            stayrtr.publish(SECOND)
            await eventually(lambda: len(tables) == 2, "the change")
            assert set(client.table) == set(read_roas(stayrtr.dump(spoken))) == SECOND
            changed = sorted({one.prefix for one in FIRST ^ SECOND})
            assert list(client.table.changed_prefixes(tables[0])) == changed
            assert stayrtr.connections == connections + 1  # that of rtrdump


async def test_data_of_a_dead_cache_expires_and_a_new_one_is_taken_up(
    namespaces: Namespaces, start_stayrtr: StartStayRtr
) -> None:
    """SIGKILL, expiry, and another process with another session ID and other ROAs."""
    node = namespaces.node("cache")
    stayrtr = start_stayrtr(node, FIRST)
    intervals = RtrIntervals(refresh=1, retry=0.2, expire=2)
    with node.entered():
        async with RtrClient(HOST, PORT, intervals=intervals) as client:
            await client.wait_synchronized()
            stayrtr.kill()
            await eventually(lambda: client.status()[0].problem != "", "the loss")
            assert set(client.table) == FIRST
            await eventually(lambda: len(client.table) == 0, "expiry")
            start_stayrtr(node, SECOND)
            await eventually(lambda: set(client.table) == SECOND, "the new data")


async def test_a_cache_that_restarts_at_once_leaves_no_gap(namespaces: Namespaces, start_stayrtr: StartStayRtr) -> None:
    """The session ID has changed: all is loaded anew while the old data is used."""
    node = namespaces.node("cache")
    stayrtr = start_stayrtr(node, FIRST)
    sizes: list[int] = []
    with node.entered():
        async with RtrClient(HOST, PORT, on_table=lambda table: sizes.append(len(table))) as client:
            await client.wait_synchronized()
            stayrtr.stop()
            start_stayrtr(node, FIRST | SECOND)
            await eventually(lambda: set(client.table) == FIRST | SECOND, "the new data")
    assert sizes == [len(FIRST), len(FIRST | SECOND)]


def near(draw: random.Random) -> Prefix:
    """Return a prefix out of a few, so that some cover others."""
    if draw.random() < 0.6:
        length = draw.choice([8, 12, 16, 17, 20, 24, 24, 28, 32])
        number = (draw.randrange(10, 14) << 24 | draw.randrange(4) << 14) & -1 << (32 - length)
        return Prefix(bytes((length,)) + number.to_bytes(4, "big")[: (length + 7) // 8], 32)
    length = draw.choice([30, 32, 33, 40, 48, 48, 64])
    number = (0x20010DB8 + draw.randrange(8) << 96 | draw.randrange(4) << 79) & -1 << (128 - length)
    return Prefix(bytes((length,)) + number.to_bytes(16, "big")[: (length + 7) // 8], 128)


async def test_routes_have_the_state_that_bird_gives_them(
    namespaces: Namespaces, start_stayrtr: StartStayRtr, start_bird: StartBird
) -> None:
    """BIRD and bgpkit, both routers of one cache, agree on every route."""
    draw = random.Random(6811)
    prefixes = [near(draw) for _ in range(60)]
    roas = {Roa(one, draw.choice([one.length, min(one.length + 4, one.width)]), draw.randrange(4)) for one in prefixes}
    node = namespaces.node("cache")
    start_stayrtr(node, roas)
    bird = start_bird(node, BIRD)

    def count(table: str) -> int:
        return bird.ask("show", "route", "table", table).count(" AS")

    wait_until(lambda: count("r4") + count("r6") == len(roas), "BIRD has all", 30)
    with node.entered():
        async with RtrClient(HOST, PORT) as client:
            await client.wait_synchronized()
            table = client.table
    found: dict[RpkiState, int] = dict.fromkeys(RpkiState, 0)
    for _ in range(90):
        route, origin = near(draw), draw.randrange(5)
        said = bird.ask(f"eval roa_check(r{4 if route.width == 32 else 6}, {route}, {origin})")
        state = BIRD_STATES[said.rpartition(")")[2].strip()]
        assert table.state(route.width, route.key, origin) is state, (route, origin)
        found[state] += 1
    assert min(found.values()) > 5
