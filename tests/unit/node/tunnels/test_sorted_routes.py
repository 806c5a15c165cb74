"""Routes of a speaker, each going by the way of the pool that it is in."""

from collections.abc import Callable

from bgpkit import IPV4_UNICAST, Entry, Family, Path, Prefix
from bgpkit.fib import Followed, gateway_of
from bgpkit.fib.follow import Replaying
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import EncapsulationMode
from bgpkit_node.tunnels.route_source import Consumer
from bgpkit_node.tunnels.sorted_routes import FollowedRoutes
from bgpkit_node.tunnels.tunnel import TUNNELS
from bgpkit_node.tunnels.ways import Forwarding, Situation, TunnelWays
from tests.unit.node.tunnels.clusters import ALWAYS, CROSS, FAR, NEAR, NEVER, cluster, path, pool

BLOCK, OTHER, OFFICE = (Prefix.parse(text).key for text in ("10.244.1.0/26", "10.9.1.0/26", "192.168.1.0/24"))


class ToldTable:
    """A speaker with one table, and what has been told of it."""

    def __init__(self) -> None:
        """Begin with an empty table."""
        self.entries: dict[bytes, Path] = {}
        self.tellings: list[Telling] = []

    def subscribe(self, family: Family, consumer: Consumer, /) -> "Telling":
        """Tell of what is there, but only when asked to, as a large table is told bit by bit."""
        assert family == IPV4_UNICAST
        telling = Telling(self, consumer)
        self.tellings.append(telling)
        return telling

    def set(self, key: bytes, new: Path | None) -> None:
        """Change an entry, and tell so."""
        old = self.entries.pop(key, None)
        if new is not None:
            self.entries[key] = new
        for telling in self.tellings:
            telling.change(key, old, new)

    def replay(self) -> None:
        """Tell all that is still to be told."""
        for telling in self.tellings:
            telling.replay()


class Telling:
    """One who is being told."""

    def __init__(self, table: ToldTable, consumer: Consumer) -> None:
        """Tell ``consumer``."""
        self._table = table
        self._consumer = consumer
        self._told: set[bytes] = set()
        self.ended = False

    def __call__(self) -> None:
        """Tell no more."""
        self.ended = True

    async def replayed(self) -> None:
        """Tell all that is still to be told."""
        self.replay()

    def replay(self) -> None:
        """Tell all that is still to be told."""
        for key, entry in self._table.entries.items():
            self.change(key, None, entry)

    def change(self, key: bytes, old: Path | None, new: Path | None) -> None:
        """Tell a change; of what has not been told yet only what there is."""
        if self.ended or (old is None and key in self._told) or (new is None and key not in self._told):
            return
        self._consumer([key], old if key in self._told else None, new)
        self._told.add(key)
        if new is None:
            self._told.discard(key)


class Kernel:
    """What a Fib would have in the kernel, how often a route has gone, and how often all have been asked for."""

    def __init__(self) -> None:
        """Follow nobody."""
        self.routes: dict[bytes, Forwarding] = {}
        self.gone = self.asked = 0
        self._asked: dict[bytes, tuple[Callable[[Path], Forwarding], Path]] = {}
        self.followed: list[Callable[[], None]] = []

    def follow(self, speaker: Followed, family: Family, /, *, via: Callable[[Path], Forwarding]) -> None:
        """Want the routes of ``speaker``."""

        def consume(keys: list[bytes], _old: Entry | None, new: Entry | None) -> None:
            """Take a change."""
            for key in keys:
                if isinstance(new, Path):
                    self._asked[key] = via, new
                    self.routes[key] = via(new)
                else:
                    self.gone += 1
                    del self.routes[key], self._asked[key]

        self.followed.append(speaker.subscribe(family, consume))

    def next_hops_changed(self) -> None:
        """Ask anew."""
        self.asked += 1
        self.routes.update({key: via(path) for key, (via, path) in self._asked.items()})

    def devices(self) -> dict[bytes, str | None]:
        """Return by which device each route goes, None for that of the next hop's own network."""
        return {key: getattr(way, "device", None) for key, way in self.routes.items()}


def situation(vxlan: EncapsulationMode = NEVER, ipip: EncapsulationMode = NEVER) -> Situation:
    """Return that of node a, with one pool for VXLAN and one for IPIP."""
    state: Cluster = cluster(pool(vxlan=vxlan), pool("10.9.0.0/16", ipip=ipip))
    return Situation.of(state, state.nodes[0], TUNNELS)


class Scene:
    """A table, what follows it, and three routes: one in each pool, and one from outside."""

    def __init__(self, *, replay: bool = True) -> None:
        """Begin without encapsulation."""
        self.table, self.kernel = ToldTable(), Kernel()
        self.routes = FollowedRoutes(self.table, self.kernel, TunnelWays(gateway_of))
        self.routes.follow(situation())
        self.routes.begin([IPV4_UNICAST])
        for key in (BLOCK, OTHER, OFFICE):
            self.table.entries[key] = path(FAR)
        if replay:
            self.table.replay()

    def follow(self, vxlan: EncapsulationMode = NEVER, ipip: EncapsulationMode = NEVER) -> dict[bytes, str | None]:
        """Follow pools of these modes, and return by which device the routes go then."""
        self.routes.follow(situation(vxlan, ipip))
        self.table.replay()
        return self.kernel.devices()


def test_each_route_goes_by_the_mode_of_its_pool() -> None:
    """All of the same next hop: pools of three modes side by side."""
    scene = Scene()
    assert set(scene.kernel.devices().values()) == {None}
    assert scene.follow(ALWAYS, CROSS) == {BLOCK: "vxlan.calico", OTHER: "tunl0", OFFICE: None}
    assert scene.routes.in_use == set(scene.kernel.routes.values())


def test_no_route_goes_while_modes_are_switched() -> None:
    """Each is replaced by the next one; what is withdrawn meanwhile does go."""
    scene = Scene()
    for vxlan, ipip in ((ALWAYS, NEVER), (NEVER, ALWAYS), (CROSS, CROSS), (NEVER, NEVER)):
        scene.follow(vxlan, ipip)
    assert (scene.kernel.gone, len(scene.kernel.routes)) == (0, 3)
    scene.routes.follow(situation(ALWAYS, ALWAYS))
    scene.table.set(BLOCK, None)
    scene.table.replay()
    assert scene.kernel.devices() == {OTHER: "tunl0", OFFICE: None}
    scene.table.set(BLOCK, path(NEAR))
    assert scene.kernel.devices()[BLOCK] == "vxlan.calico"


def test_pools_that_change_twice_before_all_is_told_leave_nothing_behind() -> None:
    """The first telling is not over when the second begins: what it had not come to is told by that."""
    scene = Scene(replay=False)
    scene.routes.follow(situation(ALWAYS, NEVER))
    scene.routes.follow(situation(ALWAYS, ALWAYS))
    assert [telling.ended for telling in scene.table.tellings] == [False, True, False]
    scene.table.replay()
    assert scene.kernel.devices() == {BLOCK: "vxlan.calico", OTHER: "tunl0", OFFICE: None}


def test_a_situation_that_decides_alike_asks_nobody() -> None:
    """The table is not told again for a label."""
    scene = Scene()
    scene.follow(ALWAYS)
    before = len(scene.table.tellings), scene.kernel.asked
    scene.follow(ALWAYS)
    assert (len(scene.table.tellings), scene.kernel.asked) == before


async def test_an_end_of_following_is_an_end_of_telling() -> None:
    """Which the Fib brings about when it closes; until then it can wait for all to be told."""
    scene = Scene(replay=False)
    endings: tuple[object, ...] = tuple(scene.kernel.followed)
    for ending in endings:
        assert isinstance(ending, Replaying)
        await ending.replayed()
    assert len(scene.kernel.routes) == 3
    scene.follow(ALWAYS)
    for ending in scene.kernel.followed:
        ending()
    assert all(telling.ended for telling in scene.table.tellings)
    scene.table.set(BLOCK, None)
    assert scene.kernel.gone == 0
