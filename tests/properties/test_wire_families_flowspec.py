"""Flow specifications of any kind: read, keyed and written without a loss."""

from contextlib import suppress

from hypothesis import assume, given
from hypothesis import strategies as st

from bgpkit.wire.families.flowspec import FLOWSPEC_ROWS, FlowSpecRule
from bgpkit.wire.families.flowspec_components import (
    BitmaskTerm,
    Comparison,
    FlowBits,
    FlowComponent,
    FlowMatch,
    FlowNumbers,
    FlowPrefix,
    NumericTerm,
)
from bgpkit.wire.families.flowspec_order import in_order_of_precedence
from bgpkit.wire.families.row import FamilyRow
from bgpkit_rib import Prefix, RouteDistinguisher

WIDTHS = {1: 32, 2: 128, 25: 0}
rows = st.sampled_from(FLOWSPEC_ROWS)
readable_rows = st.sampled_from(FLOWSPEC_ROWS[:4])
booleans = st.booleans()


@st.composite
def prefixes(draw: st.DrawFn, component: FlowComponent, width: int) -> FlowPrefix:
    """Draw a prefix component; with an offset, the bits before it are zero."""
    length = draw(st.integers(0, width))
    offset = draw(st.integers(0, max(0, length - 1))) if width == 128 else 0
    number = draw(st.integers(0, (1 << (length - offset)) - 1)) << (width - length)
    key = bytes((length,)) + number.to_bytes(width // 8, "big")[: (length + 7) // 8]
    return FlowPrefix(component, Prefix(key, width), offset)


@st.composite
def numbers(draw: st.DrawFn, component: FlowComponent) -> FlowNumbers:
    """Draw a numeric component of one to four terms."""
    terms: list[NumericTerm] = []
    for place in range(draw(st.integers(1, 4))):
        size = 1 if component is FlowComponent.DSCP else draw(st.sampled_from((1, 2, 4, 8)))
        value = draw(st.integers(0, (1 << 8 * size) - 1))
        terms.append(NumericTerm(draw(st.sampled_from(Comparison)), value, size, place > 0 and draw(booleans)))
    return FlowNumbers(component, tuple(terms))


@st.composite
def bits(draw: st.DrawFn, component: FlowComponent, width: int) -> FlowBits:
    """Draw a bitmask component of one to four terms."""
    terms: list[BitmaskTerm] = []
    for place in range(draw(st.integers(1, 4))):
        size, value = 1, draw(st.integers(0, 7)) << 1 | (width == 32 and draw(booleans))
        if component is FlowComponent.TCP_FLAGS:
            size = draw(st.sampled_from((1, 2)))
            value = draw(st.integers(0, (1 << 8 * size) - 1))
        terms.append(BitmaskTerm(value, size, draw(booleans), draw(booleans), place > 0 and draw(booleans)))
    return FlowBits(component, tuple(terms))


@st.composite
def rules(draw: st.DrawFn, row: FamilyRow) -> FlowSpecRule:
    """Draw a rule that a family can carry."""
    width = WIDTHS[row.family.afi]
    known = list(FlowComponent) if width == 128 else list(FlowComponent)[:-1]
    matches: list[FlowMatch] = []
    for component in sorted(draw(st.sets(st.sampled_from(known), max_size=5))):
        if component <= FlowComponent.SOURCE_PREFIX:
            matches.append(draw(prefixes(component, width)))
        elif component in {FlowComponent.TCP_FLAGS, FlowComponent.FRAGMENT}:
            matches.append(draw(bits(component, width)))
        else:
            matches.append(draw(numbers(component)))
    distinguisher = draw(st.binary(min_size=8, max_size=8).map(RouteDistinguisher))
    return FlowSpecRule(tuple(matches), distinguisher if row.family.safi == 134 else None)


rows_with_rules = readable_rows.flatmap(lambda row: st.tuples(st.just(row), st.lists(rules(row), max_size=4)))


def cut(row: FamilyRow, field: bytes, *, add_path: bool = False) -> list[tuple[int, bytes, bytes, bytes]]:
    """Return what a field is cut into; nothing when it is refused, which only ValueError may say."""
    with suppress(ValueError):
        return list(row.cut(field, add_path=add_path, withdrawn=False))
    return []


def check(row: FamilyRow, cuts: list[tuple[int, bytes, bytes, bytes]]) -> None:
    """Check what every frame promises: a key stands for itself, and decodes to a value that encodes to it."""
    for _, key, rest, octets in cuts:
        assert rest == b""
        assert len(key) <= len(octets)
        value = row.decode(key, rest)
        assert isinstance(value, row.values)
        assert str(value)
        assert row.encode(value) == (key, rest)
        assert cut(row, row.wire(key, rest)) == [(0, key, rest, key)]


@given(rows_with_rules)
def test_rules_come_back_from_octets(drawn: tuple[FamilyRow, list[FlowSpecRule]]) -> None:
    """What is written is read as the same values, and the octets are the keys."""
    row, values = drawn
    octets = row.octets(values, add_path=False)
    assert row.nlri(b"".join(octets), add_path=False, withdrawn=False) == tuple(values)
    assert [key for _, key, _, _ in row.cut(b"".join(octets), add_path=False, withdrawn=True)] == octets
    assert all(str(value) for value in values)


@given(rows, st.binary(max_size=80), booleans)
def test_any_octets_are_read_or_refused(row: FamilyRow, field: bytes, add_path: bool) -> None:
    """Nothing but ValueError comes of them, and none once they are cut."""
    check(row, cut(row, field, add_path=add_path))


@given(rows, st.binary(min_size=8, max_size=40))
def test_any_components_are_read_or_refused(row: FamilyRow, value: bytes) -> None:
    """Octets behind a length that is right get further."""
    check(row, cut(row, bytes((len(value),)) + value))


@given(rows_with_rules, st.data())
def test_a_changed_octet_is_read_or_refused(drawn: tuple[FamilyRow, list[FlowSpecRule]], data: st.DataObject) -> None:
    """Octets that are nearly right: reserved bits, lengths, types."""
    row, values = drawn
    field = bytearray(b"".join(row.octets(values, add_path=False)))
    assume(field)
    field[data.draw(st.integers(0, len(field) - 1))] = data.draw(st.integers(0, 255))
    check(row, cut(row, bytes(field)))


@given(rows_with_rules, st.data())
def test_the_order_of_precedence_does_not_depend_on_arrival(
    drawn: tuple[FamilyRow, list[FlowSpecRule]], data: st.DataObject
) -> None:
    """It is a total order of the components. RFC 8955, section 5.1."""
    plain = [FlowSpecRule(rule.components) for rule in drawn[1]]
    assert in_order_of_precedence(data.draw(st.permutations(plain))) == in_order_of_precedence(plain)
