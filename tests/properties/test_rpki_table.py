"""A table of ROAs says what the RFC's steps say, taken one ROA after the other; and tells what has changed."""

from collections.abc import Iterable
from ipaddress import IPv4Network

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bgpkit.rpki import Roa, RoaTable, RpkiState
from bgpkit.rpki.builder import RoaTableBuilder
from bgpkit_rib import Prefix
from tests.properties.rpki_strategies import ASNS, network, prefixes, roas

SETS = st.sets(roas(), max_size=12)


def covers(roa: Roa, route: Prefix) -> bool:
    """Tell, by the standard library, whether a ROA covers a route."""
    outer, inner = network(roa.prefix), network(route)
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return not isinstance(inner, IPv4Network) and inner.subnet_of(outer)


def by_the_rfc(held: Iterable[Roa], route: Prefix, origin: int | None) -> RpkiState:
    """Return the state of a route as RFC 6811, section 2, describes the way to it."""
    result = RpkiState.NOT_FOUND
    for roa in held:
        if covers(roa, route):
            result = RpkiState.INVALID
            break
    for roa in held:
        if covers(roa, route) and route.length <= roa.max_length and origin not in {None, 0} and origin == roa.asn:
            result = RpkiState.VALID
    return result


@settings(deadline=None, max_examples=200)
@given(SETS, st.lists(prefixes(), max_size=8), ASNS | st.none())
@example({Roa(Prefix.parse("0.0.0.0/0"), 32, 1)}, [Prefix.parse("10.0.0.0/16"), Prefix.parse("0.0.0.0/0")], 1)
def test_the_state_is_that_of_the_rfc(held: set[Roa], routes: list[Prefix], origin: int | None) -> None:
    """For any ROAs and routes; one by one and in blocks; and the covering ROAs are those that cover."""
    table = RoaTable(held)
    assert set(table) == held
    for route in (*routes, *(roa.prefix for roa in held)):
        expected = by_the_rfc(held, route, origin)
        assert table.state(route.width, route.key, origin) is expected
        assert table.states(route.width, [route.key], origin) == {expected: [route.key]}
        covering = table.covering(route.width, route.key)
        assert set(covering) == {roa for roa in held if covers(roa, route)}
        assert [roa.prefix.length for roa in covering] == sorted((roa.prefix.length for roa in covering), reverse=True)


@settings(deadline=None, max_examples=120)
@given(SETS, st.lists(st.tuples(st.booleans(), roas()), max_size=15), st.lists(prefixes(), max_size=6))
def test_a_table_made_from_another_is_as_if_made_anew(
    held: set[Roa], steps: list[tuple[bool, Roa]], routes: list[Prefix]
) -> None:
    """After any ROAs that come and go; the base stays; what differs is exactly what a comparison finds."""
    base = RoaTable(held)
    builder = RoaTableBuilder(base.indexes)
    now = set(held)
    for add, roa in (*steps, *((False, roa) for roa in sorted(held)[:2])):
        if add:
            assert builder.add(roa) == (roa not in now)
            now.add(roa)
        else:
            assert builder.remove(roa) == (roa in now)
            now.discard(roa)
        assert len(builder) == len(now)
    changes = builder.changes()
    made = RoaTable.of_indexes(builder.indexes(), (base, changes))
    assert (set(base), set(made), len(made)) == (held, now, len(now))
    differing = {roa.prefix for roa in held ^ now}
    assert set(made.changed_prefixes(base)) == set(base.changed_prefixes(made)) == differing
    assert set(RoaTable(now).changed_prefixes(base)) == differing
    for route in routes:
        affected = changes.affected(route.width, [route.key])
        assert affected == ([route.key] if any(covers(Roa(one, one.length, 0), route) for one in differing) else [])
        for origin in (1, None):
            state = made.state(route.width, route.key, origin)
            assert state is by_the_rfc(now, route, origin)
            assert affected or state is base.state(route.width, route.key, origin)
