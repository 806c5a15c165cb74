"""VPLS, multicast VPN, mobile user plane and SR policy routes of any kind: read, keyed and written without a loss."""

from contextlib import suppress

from hypothesis import assume, given
from hypothesis import strategies as st

from bgpkit.wire.families.mup import MUP_ROWS
from bgpkit.wire.families.mvpn import MVPN_ROWS
from bgpkit.wire.families.row import FamilyRow
from bgpkit.wire.families.sr_policy import SR_POLICY_ROWS
from bgpkit.wire.families.vpls import VPLS_ROWS

RD = b"\0\0\xfd\xe8\0\0\0\1"
rows = st.sampled_from(VPLS_ROWS + MVPN_ROWS + MUP_ROWS + SR_POLICY_ROWS)
u8 = st.integers(0, 255)


def octets(size: int) -> st.SearchStrategy[bytes]:
    """Draw so many octets."""
    return st.binary(min_size=size, max_size=size)


@st.composite
def vpls(draw: st.DrawFn) -> bytes:
    """Draw an NLRI of any length that has a meaning."""
    body = draw(octets(12) | octets(17) | st.binary(min_size=15, max_size=30))
    return len(body).to_bytes(2, "big") + body


@st.composite
def mvpn(draw: st.DrawFn, width: int) -> bytes:
    """Draw a route of a type from 0 to 8; a leaf has another within."""
    kind = draw(st.integers(0, 8))
    if kind == 4 and draw(st.booleans()):
        body = draw(mvpn(width)) + draw(octets(4) | octets(16))
    else:
        middle = draw(st.sampled_from((0, 4))) if kind != 3 else 0
        body = RD + draw(octets(middle))
        for _ in range(2 if kind in {3, 5, 6, 7} else 0):
            length = draw(st.sampled_from((0, width, width, width, 24)))
            body += bytes((length,)) + draw(octets(length // 8))
        body += draw(octets(0) | octets(4) | octets(16))
    return bytes((kind, len(body))) + body


@st.composite
def mup(draw: st.DrawFn, width: int) -> bytes:
    """Draw a route of a type from 0 to 5."""
    kind = draw(st.integers(0, 5))
    body = RD
    if kind in {1, 3}:
        length = draw(st.integers(0, width))
        body += bytes((length,)) + draw(octets((length + 7) // 8))
    if kind == 3:
        endpoint, source = draw(st.sampled_from((32, 128))), draw(st.sampled_from((0, 32, 128)))
        body += draw(octets(5)) + bytes((endpoint,)) + draw(octets(endpoint // 8))
        if draw(st.booleans()):
            body += bytes((source,)) + draw(octets(source // 8))
    if kind == 2:
        body += draw(octets(width // 8))
    if kind == 4:
        bits = draw(st.integers(0, 32))
        body += bytes((width + bits,)) + draw(octets(width // 8)) + draw(octets((bits + 7) // 8))
    return b"\1" + kind.to_bytes(2, "big") + bytes((len(body),)) + body


@st.composite
def sr_policy(draw: st.DrawFn, width: int) -> bytes:
    """Draw a policy."""
    return bytes((64 + width,)) + draw(octets(8 + width // 8))


@st.composite
def rows_with_fields(draw: st.DrawFn) -> tuple[FamilyRow, bytes]:
    """Draw a family and a field of up to three of its NLRI."""
    row = draw(rows)
    width = 32 if row.family.afi == 1 else 128
    one = {65: vpls(), 5: mvpn(width), 85: mup(width), 73: sr_policy(width)}[row.family.safi]
    return row, b"".join(draw(st.lists(one, max_size=3)))


def cut(
    row: FamilyRow, field: bytes, *, add_path: bool = False, withdrawn: bool = False
) -> list[tuple[int, bytes, bytes, bytes]]:
    """Return what a field is cut into; nothing when it is refused, which only ValueError may say."""
    with suppress(ValueError):
        return list(row.cut(field, add_path=add_path, withdrawn=withdrawn))
    return []


def check(row: FamilyRow, cuts: list[tuple[int, bytes, bytes, bytes]]) -> None:
    """Check what every frame promises: key and rest make the NLRI, and decode to a value that encodes to them."""
    for _, key, rest, found in cuts:
        if not key:
            continue
        assert cut(row, row.wire(key, rest)) == [(0, key, rest, row.wire(key, rest))]
        assert len(row.wire(key, rest)) == len(found)
        value = row.decode(key, rest)
        assert isinstance(value, row.values)
        assert str(value)
        assert row.encode(value) == (key, rest)
        (withdrawal,) = cut(row, row.wire(key), withdrawn=True)
        assert withdrawal[1] == key
        assert isinstance(row.decode(key, b""), row.values)


@given(rows_with_fields())
def test_routes_come_back_from_octets(drawn: tuple[FamilyRow, bytes]) -> None:
    """What is read is written as the same octets, but for bits behind a prefix."""
    row, field = drawn
    cuts = cut(row, field)
    check(row, cuts)
    values = row.nlri(field, add_path=False, withdrawn=False)
    again = b"".join(row.octets(values, add_path=False))
    assert row.nlri(again, add_path=False, withdrawn=False) == values
    if row.family.safi != 85:
        assert again == field


@given(rows, st.binary(max_size=80), st.booleans())
def test_any_octets_are_read_or_refused(row: FamilyRow, field: bytes, add_path: bool) -> None:
    """Nothing but ValueError comes of them, and none once they are cut."""
    check(row, cut(row, field, add_path=add_path))


@given(rows, st.binary(max_size=80))
def test_any_withdrawn_octets_are_read_or_refused(row: FamilyRow, field: bytes) -> None:
    """What is beside the key of a withdrawn route may be anything, and the route can be shown all the same."""
    for _, key, rest, _ in cut(row, field, withdrawn=True):
        assert not key or isinstance(row.decode(key, rest), row.values)


@given(rows_with_fields(), st.data())
def test_a_changed_octet_is_read_skipped_or_refused(drawn: tuple[FamilyRow, bytes], data: st.DataObject) -> None:
    """Octets that are nearly right: types, lengths, contents."""
    row, field = drawn
    assume(field)
    changed = bytearray(field)
    changed[data.draw(st.integers(0, len(field) - 1))] = data.draw(u8)
    check(row, cut(row, bytes(changed)))
    for _, key, rest, _ in cut(row, bytes(changed), withdrawn=True):
        assert not key or isinstance(row.decode(key, rest), row.values)
