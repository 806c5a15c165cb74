"""Attribute blocks, about as many right as wrong, and the obvious way to read and change a block.

Values that are well-formed come from `bgpkit.testing.strategies`.
"""

from hypothesis import strategies as st

from bgpkit.testing import strategies as bgp
from bgpkit.wire import Codec, Rewrite, UpdateContext, encode_attribute_list
from bgpkit.wire.as_path_octets import read_segments, write_segments
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import PathAttributes
from tests.unit.wire.octets import AS_PATH, NEXT_HOP, ORIGIN, V6_HOP, attribute, message, mp_reach, mp_unreach, update

u32 = st.integers(0, (1 << 32) - 1)
families = st.sampled_from([IPV4_UNICAST, IPV6_UNICAST])


def attributes(family: Family) -> st.SearchStrategy[PathAttributes]:
    """Return attributes that a route of the family may have, with a next hop of its own kind."""
    return bgp.path_attributes(family)


def keys(family: Family, *, max_size: int = 40) -> st.SearchStrategy[list[bytes]]:
    """Return distinct canonical keys of the family."""
    found = bgp.prefixes(family).map(lambda prefix: prefix.key)
    return st.lists(found, min_size=1, max_size=max_size, unique=True)


rewrites = st.builds(
    Rewrite,
    prepend_as=st.none() | bgp.asns(),
    local_pref=st.none() | u32,
    remove=st.frozensets(st.sampled_from([4, 5, 8, 9, 10, 32, 205]), max_size=3),
    originator_id=st.none() | u32,
    cluster_id=st.none() | u32,
    two_octet_as=st.booleans(),
)

attribute_codes = st.one_of(
    st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 32]), st.integers(0, 255)
)
random_attributes = st.builds(
    attribute,
    st.sampled_from([0x40, 0x50, 0x80, 0x90, 0xC0, 0xD0, 0x00, 0xE0]),
    attribute_codes,
    st.binary(max_size=30),
)
likely_attributes = st.sampled_from(
    [
        ORIGIN,
        AS_PATH,
        NEXT_HOP,
        mp_reach(),
        mp_unreach(),
        mp_reach(b"\x18\x0a\0\0", bytes((192, 0, 2, 1)), afi=1),
        mp_reach(next_hop=V6_HOP * 2),
        attribute(0x80, 4, bytes(4)),
        attribute(0x40, 5, bytes(4)),
        attribute(0x50, 2, AS_PATH[3:]),
        attribute(0x40, 2, bytes.fromhex("01010000000102010000ffff")),
        attribute(0xC0, 7, bytes.fromhex("5ba0c0000201")),
        attribute(0xC0, 7, bytes.fromhex("00005ba0c0000201")),
        attribute(0xC0, 8, b"comm"),
        attribute(0xC0, 17, bytes.fromhex("020100010000")),
        attribute(0xC0, 32, bytes(12)),
    ]
)
blocks = st.lists(likely_attributes | random_attributes, max_size=8).map(b"".join)
"""Attribute blocks, about as many right as wrong."""


@st.composite
def soups(draw: st.DrawFn, context: UpdateContext) -> bytes:
    """Draw UPDATEs in octets: attributes of this session, of others, with wrong flags, twice, and anything at all."""
    parts: list[bytes] = []
    for _ in range(draw(st.integers(0, 5))):
        terms = draw(st.just(context) | bgp.update_contexts())
        sent = draw(bgp.attributes(terms))
        if not draw(st.integers(0, 5)):
            sent = sent._replace(flags=draw(st.integers(0, 255)))
        one = encode_attribute_list([sent], terms)
        parts.append(draw(st.just(one) | likely_attributes | random_attributes))
    if parts and not draw(st.integers(0, 7)):
        parts.append(draw(st.sampled_from(parts)))
    field = st.sampled_from([b"", b"\x18\x0a\0\0", b"\x17\x0a\0\1\x20\xc6\x33\x64\1"]) | st.binary(max_size=6)
    return update(b"".join(parts), draw(field), draw(field))


def damaged_updates(context: UpdateContext) -> st.SearchStrategy[bytes]:
    """Return UPDATEs that the side with ``context`` sends, some of their octets changed; their headers are right."""
    codec = Codec(context)
    sent = bgp.update_messages(context).map(lambda each: codec.encode(each)[0])
    return bgp.mutated(sent).map(lambda octets: message(2, octets[19:].ljust(4, b"\0")))


Model = dict[int, tuple[int, bytes]]
"""Flags without the extended length bit, and value, by type code."""


def read_block(raw: bytes) -> Model:
    """Read a block attribute by attribute, the obvious way."""
    model: Model = {}
    while raw:
        size = 2 if raw[0] & 0x10 else 1
        length = int.from_bytes(raw[2 : 2 + size], "big")
        model[raw[1]] = (raw[0] & 0xE0, raw[2 + size : 2 + size + length])
        raw = raw[2 + size + length :]
    return model


def changed(model: Model, change: Rewrite) -> Model:
    """Return the model of a block with the change made, attribute by attribute, the obvious way."""
    new = {code: value for code, value in model.items() if code not in change.remove}
    for code, (flags, value) in list(new.items()):
        if code >= 200:
            new[code] = (flags | 0x20, value)
            if not flags & 0x40:
                del new[code]
    if change.prepend_as is not None:
        new[2] = (0x40, _prepended(new.get(2, (0, b""))[1], change.prepend_as))
    if change.local_pref is not None:
        new.setdefault(5, (0x40, change.local_pref.to_bytes(4, "big")))
    if change.originator_id is not None:
        new.setdefault(9, (0x80, change.originator_id.to_bytes(4, "big")))
    if change.cluster_id is not None:
        new[10] = (0x80, change.cluster_id.to_bytes(4, "big") + new.get(10, (0, b""))[1])
    return _narrowed(new) if change.two_octet_as else new


def _prepended(path: bytes, asn: int) -> bytes:
    segments = read_segments(path, 4)
    if segments and segments[0][0] == 2 and len(segments[0][1]) < 255:
        segments[0] = (2, (asn, *segments[0][1]))
    else:
        segments.insert(0, (2, (asn,)))
    return write_segments(segments, 4)


def _narrowed(model: Model) -> Model:
    """RFC 6793, section 4.2.2, AS number by AS number."""
    new = dict(model)
    if 2 in model:
        segments = read_segments(model[2][1], 4)
        new[2] = (0x40, write_segments([(kind, tuple(map(_small, asns))) for kind, asns in segments], 2))
        if any(asn > 65535 for _, asns in segments for asn in asns):
            new[17] = (0xC0, write_segments([(kind, asns) for kind, asns in segments if kind < 3], 4))
            if not new[17][1]:
                del new[17]
    if 7 in model:
        asn, address = int.from_bytes(model[7][1][:4], "big"), model[7][1][4:]
        new[7] = (0xC0, _small(asn).to_bytes(2, "big") + address)
        if asn > 65535:
            new[18] = (0xC0, model[7][1])
    return new


def _small(asn: int) -> int:
    return asn if asn < 65536 else 23456
