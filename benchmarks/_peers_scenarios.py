"""What is measured: each scenario brings sessions up, starts the clock, and says when it stops."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from benchmarks._peers_bench import Bench
from benchmarks._peers_daemon import Settings
from benchmarks._peers_feed import Feed, bogon_announcement, distinct_prefixes, make_feed
from benchmarks._peers_links import NEXT_HOPS
from benchmarks._peers_octets import IPV4, IPV6, Family
from benchmarks._peers_sessions import Session
from benchmarks._peers_tracking import ABSENT, ANY, Goal, numbered, rivals_won

REASONS: Final[Mapping[str, str]] = {"exabgp": "it reflects nothing", "os-ken": "it must be told every client"}
"""Why some daemons are left out of scenarios."""
_NO_REFLECTOR: Final = ("exabgp",)
_FEW_CLIENTS: Final = ("exabgp", "os-ken")
_PLAIN: Final = Settings(IPV4, policy=False)
_MILLION: Final = 1_000_000
_MANY: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way to load a reflector."""

    name: str
    title: str
    routes: int
    """How many prefixes there are when nothing else is asked for."""
    run: Callable[[Bench, int], None]
    clients: int = 1
    """How many sinks there are."""
    settings: Settings = _PLAIN
    without: tuple[str, ...] = _NO_REFLECTOR
    """Daemons that cannot do it."""
    fixed: bool = False
    """Whether more prefixes would mean more clients: there are not more than the scenario has."""
    ceiling: bool = False
    """Whether a program that only copies octets can stand in for the daemon."""


def ingest(bench: Bench, routes: int) -> None:
    """One feeder, nobody to send to: until the daemon is idle."""
    feed = _feed(IPV4, routes)
    feeder = bench.feeder()
    bench.begin()
    bench.send(feeder, _stream(feed))
    bench.until_idle()
    bench.expect_count(routes)


def reflect(clients: int, family: Family = IPV4) -> Callable[[Bench, int], None]:
    """Return the scenario of one feeder and some clients: until each has all prefixes."""

    def run(bench: Bench, routes: int) -> None:
        feed = _feed(family, routes)
        bench.sinks(clients, Goal(_numbers(family, routes), b"\1" * routes, [feed]))
        feeder = bench.feeder()
        bench.begin()
        bench.send(feeder, _stream(feed))
        bench.until_complete()
        bench.expect_attributes([0])

    return run


def policy(bench: Bench, routes: int) -> None:
    """One feeder, one client, and an import policy that passes the feed and refuses some bogons before it."""
    feed = _feed(IPV4, routes)
    update, bogons = bogon_announcement(feed)
    wanted = b"\1" * routes + bytes((ABSENT,)) * len(bogons)
    bench.sinks(1, Goal(numbered((*feed.keys, *bogons)), wanted, [feed]))
    feeder = bench.feeder()
    bench.begin()
    bench.send(feeder, update + _stream(feed))
    bench.until_complete()
    bench.expect_attributes([0])


def churn(*, packed: bool) -> Callable[[Bench, int], None]:
    """Return the scenario of a full table, withdrawn and announced anew with other attributes."""

    def run(bench: Bench, routes: int) -> None:
        feeds = [_feed(IPV4, routes), _feed(IPV4, routes, 1)]
        numbers = _numbers(IPV4, routes)
        bench.sinks(1, Goal(numbers, b"\1" * routes, feeds))
        feeder = bench.feeder()
        bench.load(feeder, _stream(feeds[0]))
        bench.aim(Goal(numbers, b"\2" * routes, feeds))
        octets = feeds[0].withdrawn(packed=packed) + feeds[1].stream(packed=packed)
        bench.begin()
        bench.send(feeder, octets)
        bench.until_complete()
        bench.expect_attributes([0])

    return run


def rivals(bench: Bench, routes: int) -> None:
    """Two feeders announce the same prefixes at once, one client: until it has the better path to each."""
    feeds = [_feed(IPV4, routes), _feed(IPV4, routes, 1)]
    bench.sinks(1, Goal(_numbers(IPV4, routes), rivals_won(feeds[0], feeds[1]), feeds))
    feeders = [bench.feeder(0), bench.feeder(1)]
    octets = [_stream(feed) for feed in feeds]
    bench.begin()
    for feeder, stream in zip(feeders, octets, strict=True):
        bench.send(feeder, stream)
    bench.until_complete()
    bench.expect_attributes([0, 1])


def many_clients(each: int, length: int) -> Callable[[Bench, int], None]:
    """Return the scenario of clients that announce some prefixes each: until each has those of all others."""

    def run(bench: Bench, routes: int) -> None:
        routes = max(1, routes // each) * each
        keys = _neighbours(length, routes) if length else distinct_prefixes(IPV4, routes)
        groups = max(1, each // 5)
        feed = make_feed(keys, IPV4, NEXT_HOPS["ipv4"][0], seed=3, group=each // groups)
        numbers = numbered(keys)
        members: list[Session] = []
        for number in range(routes // each):
            wanted = bytearray(b"\1" * routes)
            wanted[number * each : (number + 1) * each] = bytes((ANY,)) * each
            members.append(bench.member(number, Goal(numbers, bytes(wanted), [feed])))
        octets = [feed.part(number * groups, (number + 1) * groups) for number in range(len(members))]
        bench.begin()
        for member, stream in zip(members, octets, strict=True):
            bench.send(member, stream)
        bench.until_complete()
        bench.expect_attributes(range(len(members)))

    return run


def peer_loss(bench: Bench, routes: int) -> None:
    """Lose the only feeder of ten clients: until none of them has anything left."""
    feed, numbers = _feed(IPV4, routes), _numbers(IPV4, routes)
    bench.sinks(10, Goal(numbers, b"\1" * routes, [feed]))
    feeder = bench.feeder()
    bench.load(feeder, _stream(feed))
    bench.aim(Goal(numbers, bytes((ABSENT,)) * routes, [feed]))
    bench.begin()
    bench.close(feeder)
    bench.until_complete()


def join(bench: Bench, routes: int) -> None:
    """Add a client to a daemon that has everything: from its connection until it has all prefixes."""
    feed = _feed(IPV4, routes)
    bench.load(bench.feeder(), _stream(feed))
    goal = Goal(_numbers(IPV4, routes), b"\1" * routes, [feed])
    bench.begin()
    bench.sinks(1, goal)
    bench.until_complete()
    bench.expect_attributes([0])


_POLICY: Final = Settings(IPV4, policy=True)
_IPV6: Final = Settings(IPV6, policy=False)
_ALL: Final = (
    Scenario(name="ingest", title="to nobody", routes=_MILLION, run=ingest, clients=0, without=(), ceiling=True),
    Scenario(name="reflect-1", title="to one client", routes=_MILLION, run=reflect(1), ceiling=True),
    Scenario(name="reflect-10", title="to 10 clients", routes=_MILLION, run=reflect(10), clients=10, ceiling=True),
    Scenario(name="reflect-10-100k", title="to 10 clients", routes=_MANY, run=reflect(10), clients=10, ceiling=True),
    Scenario(
        name="reflect-50",
        title="to 50 clients",
        routes=_MANY,
        run=reflect(50),
        clients=50,
        without=_FEW_CLIENTS,
        ceiling=True,
    ),
    Scenario(name="churn", title="withdrawn and announced anew", routes=_MANY, run=churn(packed=True)),
    Scenario(name="churn-single", title="the same, one prefix an UPDATE", routes=_MANY, run=churn(packed=False)),
    Scenario(name="rivals", title="two feeders of the same prefixes", routes=_MANY, run=rivals),
    Scenario(
        name="clients-200",
        title="200 clients with 10 each",
        routes=2000,
        run=many_clients(10, 0),
        clients=200,
        fixed=True,
        without=_FEW_CLIENTS,
    ),
    Scenario(
        name="clients-1000",
        title="1,000 clients with a /26 each",
        routes=1000,
        run=many_clients(1, 26),
        clients=1000,
        fixed=True,
        without=_FEW_CLIENTS,
    ),
    Scenario(name="peer-loss", title="the feeder is lost, 10 clients", routes=_MANY, run=peer_loss, clients=10),
    Scenario(name="join", title="a client joins", routes=_MILLION, run=join),
    Scenario(
        name="ipv6", title="IPv6 to one client", routes=200_000, run=reflect(1, IPV6), settings=_IPV6, ceiling=True
    ),
    Scenario(name="policy", title="to one client, prefix filter", routes=_MILLION, run=policy, settings=_POLICY),
)
SCENARIOS: Final[Mapping[str, Scenario]] = {scenario.name: scenario for scenario in _ALL}
"""All scenarios, by the name that ``--scenario`` takes."""


@lru_cache(maxsize=4)
def _feed(family: Family, routes: int, rival: int = 0) -> Feed:
    """Return the feed of one of two feeders; their paths begin with other ASes."""
    hop = NEXT_HOPS[family.name][rival]
    return make_feed(distinct_prefixes(family, routes), family, hop, seed=1 + rival, base_asn=1000 + 500 * rival)


def _neighbours(length: int, count: int) -> tuple[bytes, ...]:
    """Return prefixes of one length, side by side."""
    first = 11 << 24
    octets = ((first + (number << 32 - length)).to_bytes(4, "big") for number in range(count))
    return tuple(bytes((length,)) + each for each in octets)


@lru_cache(maxsize=4)
def _stream(feed: Feed) -> bytes:
    return feed.stream()


@lru_cache(maxsize=4)
def _numbers(family: Family, routes: int) -> dict[bytes, int]:
    return numbered(distinct_prefixes(family, routes))
