"""There are quick ways and thorough ones, and what they find is the same."""

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bgpkit.errors import MessageError
from bgpkit.wire import AttributeInputs, UpdateDecoder
from bgpkit.wire.attribute_inputs import inputs_of
from bgpkit.wire.attribute_reader import AttributeReader
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.properties.wire_strategies import blocks, likely_attributes, random_attributes, read_block
from tests.unit.wire.octets import AS_PATH, NEXT_HOP, NLRI, ORIGIN, attribute, context, decoder, mp_reach, update

optional = st.permutations(
    [
        attribute(0x80, 4, bytes((0, 0, 0, 4))),
        attribute(0x40, 5, bytes((0, 0, 0, 5))),
        attribute(0x40, 6, b""),
        attribute(0xC0, 7, bytes.fromhex("00000001c0000201")),
        attribute(0xD0, 8, b"comm"),
        attribute(0x80, 9, bytes((0, 0, 0, 9))),
        attribute(0x80, 10, b"one two "),
        attribute(0xC0, 32, bytes(12)),
    ]
).flatmap(lambda parts: st.integers(0, 8).map(lambda count: b"".join(parts[:count])))
complete = st.builds((ORIGIN + AS_PATH + NEXT_HOP).__add__, likely_attributes | random_attributes)
FIELDS = (
    "raw",
    "next_hop",
    "as_path",
    "as_path_length",
    "neighbor_as",
    "origin",
    "med",
    "local_pref",
    "communities",
    "originator_id",
    "cluster_list",
    "rest",
    "path_id",
)


def fields(inputs: AttributeInputs) -> list[object]:
    """Return all that there is in the inputs."""
    return [getattr(inputs, name) for name in FIELDS]


def outcome(
    octets: bytes, reads: UpdateDecoder[AttributeInputs] | None = None, *, internal: bool = True
) -> list[object]:
    """Return all that an UPDATE says, or how it resets the session."""
    try:
        found = (reads or decoder(internal=internal)).decode(octets, 19, len(octets))
    except MessageError as error:
        return [error.notification.code, error.notification.subcode]
    announced = [(family, fields(inputs), keys, nlri) for family, inputs, keys, nlri in found.announced]
    return [list(found.withdrawn), announced, found.end_of_rib, list(found.faults)]


def is_whole(raw: bytes) -> bool:
    """Tell whether the last attribute ends where the block does."""
    offset = 0
    while offset + 4 <= len(raw):
        size = 2 if raw[offset] & 0x10 else 1
        offset += 2 + size + int.from_bytes(raw[offset + 2 : offset + 2 + size], "big")
    return offset == len(raw) or (offset + 3 == len(raw) and not raw[offset] & 0x10 and not raw[offset + 2])


@settings(deadline=None)
@given(
    st.just(ORIGIN + AS_PATH + NEXT_HOP) | st.permutations([ORIGIN, AS_PATH, NEXT_HOP]).map(b"".join),
    blocks | optional,
    st.booleans(),
)
def test_what_is_plain_has_no_fault(mandatory: bytes, others: bytes, internal: bool) -> None:
    """A block that the quick way reads is one in which the thorough way finds the same, and no fault."""
    reader = AttributeReader(context(IPV4_UNICAST, IPV6_UNICAST, four_octet_as=True, internal=internal))
    raw = mandatory + others
    plain = reader.read_plain(raw)
    event("plain" if plain else "not plain")
    if plain is None:
        return
    block = reader.read(raw)
    assert (block.special, block.edits) == (False, [])
    next_hop = block.values[3] or b""
    thorough = inputs_of(raw, next_hop, block.values, (block.as_path_length, block.neighbor_as))
    assert fields(plain) == fields(thorough)


@settings(deadline=None)
@given(blocks.map((ORIGIN + AS_PATH).__add__) | optional.map((ORIGIN + AS_PATH).__add__), st.booleans())
def test_the_place_of_mp_reach_does_not_matter(raw: bytes, internal: bool) -> None:
    """MP_REACH_NLRI first takes the quick way, MP_REACH_NLRI last the thorough one."""
    if is_whole(raw) and 14 not in read_block(raw):
        assert outcome(update(mp_reach() + raw), internal=internal) == outcome(
            update(raw + mp_reach()), internal=internal
        )


@settings(deadline=None)
@given(st.lists(st.tuples(blocks | complete, st.booleans()), max_size=4), st.booleans(), st.booleans())
def test_what_came_before_does_not_matter(sent: list[tuple[bytes, bool]], four_octet_as: bool, internal: bool) -> None:
    """A decoder that has seen other UPDATEs reads one as a new decoder does."""
    used = decoder(four_octet_as=four_octet_as, internal=internal)
    for raw, has_nlri in [*sent, *sent]:
        octets = update(raw, NLRI if has_nlri else b"")
        fresh = decoder(four_octet_as=four_octet_as, internal=internal)
        assert outcome(octets, used) == outcome(octets, fresh)
