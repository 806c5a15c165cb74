"""Whatever happens on the way, the table ends as the cache has it."""

from dataclasses import dataclass, field

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bgpkit.rpki import Roa, RtrState
from bgpkit.rpki.codec import decode_pdu
from bgpkit.rpki.effects import RtrTimer
from bgpkit.rpki.pdu import ResetQuery, SerialQuery
from tests.properties.rpki_strategies import roas
from tests.unit.rpki import octets
from tests.unit.rpki.machines import Driven


@dataclass
class Cache:
    """A cache that keeps each of its states, and speaks the versions up to one."""

    version: int = 1
    session: int = 1
    states: list[frozenset[Roa]] = field(default_factory=lambda: [frozenset()])

    def answer(self, query: bytes, *, forgetful: bool) -> bytes:
        """Return the answer to a query: the changes, all, or that the changes are not known any more."""
        version = query[0]
        if version > self.version:
            return octets.report(4, query, version=self.version)
        pdu = decode_pdu(query, 0, len(query))
        now = self.states[-1]
        match pdu:
            case SerialQuery(session, serial) if session == self.session and not forgetful:
                then = self.states[serial]
                return self._response(version, then - now, now - then)
            case SerialQuery():
                return octets.cache_reset(version=version)
            case ResetQuery():
                return self._response(version, frozenset(), now)
            case _:
                raise AssertionError(f"no query: {pdu}")

    def notify(self, version: int) -> bytes:
        """Return a Serial Notify."""
        return octets.notify(len(self.states) - 1, self.session, version=version)

    def restart(self, version: int) -> None:
        """Begin another session, perhaps of another version."""
        self.version, self.session, self.states = version, self.session + 1, [self.states[-1]]

    def _response(self, version: int, gone: frozenset[Roa], come: frozenset[Roa]) -> bytes:
        changes = [(roa, False) for roa in sorted(gone)] + [(roa, True) for roa in sorted(come)]
        said = [
            octets.prefix(str(roa.prefix), roa.asn, roa.max_length, announce=announce, version=version)
            for roa, announce in changes
        ]
        serial = len(self.states) - 1
        end = octets.end(serial, self.session) if version else octets.end_of_version_0(serial, self.session)
        return b"".join((octets.response(self.session, version=version), *said, end))


class Router:
    """The machine, its connection and what of the answer it has got."""

    def __init__(self, cache: Cache) -> None:
        """Be without a connection."""
        self.cache = cache
        self.driven = Driven()
        self.heard = 0
        self.open = False

    def connect(self) -> None:
        """Open a connection when there is none."""
        if not self.open:
            self.driven.connect()
            self.open, self.heard = True, 0

    def lose(self) -> None:
        """Let the connection go."""
        if self.open:
            self.driven.lose()
            self.open = False

    def exchange(self, *, forgetful: bool, cut: int | None = None) -> None:
        """Let the cache answer what was asked; after ``cut`` octets of an answer the connection is lost."""
        while self.open and self.heard < len(self.driven.sent):
            query = self.driven.sent[self.heard]
            self.heard += 1
            assert query[1] != octets.REPORT, query
            self.driven.hear(self.cache.answer(query, forgetful=forgetful)[:cut])
            if cut is not None or self.driven.closed:
                self.lose()


STEPS = st.one_of(
    st.tuples(st.just("change"), st.frozensets(roas(), max_size=6)),
    st.tuples(st.just("restart"), st.integers(0, 1)),
    st.tuples(st.just("exchange"), st.booleans()),
    st.tuples(st.just("cut"), st.integers(0, 120)),
    st.tuples(st.sampled_from(["notify", "refresh", "expire", "lose"]), st.none()),
)


@settings(deadline=None, max_examples=120)
@given(st.lists(STEPS, max_size=20))
def test_the_table_ends_as_the_cache_has_it(steps: list[tuple[str, frozenset[Roa] | int | None]]) -> None:
    """Changes, restarts, lost connections, forgotten serials, other versions: at last all of it is there."""
    cache = Cache()
    router = Router(cache)
    for what, argument in steps:
        router.connect()
        match argument:
            case frozenset():
                cache.states.append(argument)
            case bool() if what == "exchange":
                router.exchange(forgetful=argument)
            case int() if what == "restart":
                router.lose()
                cache.restart(argument)
            case int():
                router.exchange(forgetful=False, cut=argument)
            case None:
                happen(router, what)
    settle(router)
    table = router.driven.machine.table
    assert table is not None
    assert set(table) == cache.states[-1]
    assert len(table) == len(cache.states[-1])
    event(f"version {router.driven.machine.version}")


def happen(router: Router, what: str) -> None:
    """Let something happen that needs no argument."""
    driven = router.driven
    if what == "lose":
        router.lose()
    elif what == "notify":
        driven.hear(router.cache.notify(driven.machine.version))
    elif RtrTimer(what) in driven.timers:
        driven.expire(RtrTimer(what))
        if driven.closed:
            router.lose()


def settle(router: Router) -> None:
    """Connect as often as it takes, ask once more, and hear all."""
    for _ in range(8):
        router.connect()
        router.exchange(forgetful=False)
        if router.driven.machine.state is RtrState.READY:
            happen(router, "refresh")
            router.exchange(forgetful=False)
            if router.driven.machine.state is RtrState.READY:
                return
    raise AssertionError(f"not settled: {router.driven.machine.state}")
