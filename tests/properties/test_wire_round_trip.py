"""What is written for a RIB, keys and blocks of attributes, is read again; never a message too long."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.testing import strategies as bgp
from bgpkit.wire import (
    EXTENDED_MAXIMUM_LENGTH,
    ROWS,
    AttributeInputs,
    UpdateContext,
    UpdateDecoder,
    decode_attributes,
    encode_announcements,
    encode_attributes,
    encode_withdrawals,
    next_message,
)
from bgpkit_fsm import Family

path_ids = st.none() | st.integers(1, 0xFFFFFFFF)


def whole(octets: bytes) -> tuple[bytes, int, int]:
    """Return a message with start and end of its body, as the framing finds them."""
    return octets, 19, next_message(octets, 0, len(octets), EXTENDED_MAXIMUM_LENGTH)


def decoder(family: Family, path_id: int | None) -> UpdateDecoder[AttributeInputs]:
    """Return a decoder of an internal session with 4-octet AS numbers, with ADD-PATH where there is a path ID."""
    families = frozenset({family})
    context = UpdateContext(
        families=families,
        four_octet_as=True,
        internal=True,
        add_path_receive=frozenset() if path_id is None else families,
        extended_next_hop=families,
    )
    return UpdateDecoder(context, lambda inputs: inputs)


def keys(family: Family, *, withdrawn: bool) -> st.SearchStrategy[tuple[list[bytes], bytes]]:
    """Draw keys of a family, each once, and what one of the NLRI says beside its key."""
    pairs = st.lists(bgp.nlri(family, withdrawn=withdrawn).map(ROWS[family].encode), min_size=1, max_size=12)
    return pairs.map(lambda found: (list(dict.fromkeys(key for key, _ in found)), found[0][1]))


def of_one_kind(sent: list[bytes], family: Family) -> list[bytes]:
    """Return the keys that may have the same rest as the first: those of one type, where a family has several."""
    return sent if ROWS[family].join is None else sent[:1]


@settings(deadline=None, max_examples=100)
@given(bgp.families(), st.data(), path_ids)
def test_announcements_come_back(family: Family, data: st.DataObject, path_id: int | None) -> None:
    """All keys, once, in order; what is beside them; the attributes; and the octets of the block."""
    values = data.draw(bgp.path_attributes(family, extended_next_hop=True))
    sent, rest = data.draw(keys(family, withdrawn=False))
    sent = of_one_kind(sent, family)
    block = encode_attributes(values, family)
    assert decode_attributes(block) == values
    received: list[bytes] = []
    maximum = EXTENDED_MAXIMUM_LENGTH
    for octets in encode_announcements(block, family, sent, maximum, rest=rest, path_id=path_id):
        found = decoder(family, path_id).decode(*whole(octets))
        assert list(found.faults) == []
        for found_family, inputs, found_keys, _ in found.announced:
            assert (found_family, inputs.raw, inputs.rest, inputs.path_id) == (family, block, rest, path_id or 0)
            received += found_keys
    assert received == sent


@settings(deadline=None, max_examples=100)
@given(bgp.families(), st.data(), path_ids, st.integers(0, 600))
def test_withdrawals_come_back(family: Family, data: st.DataObject, path_id: int | None, room: int) -> None:
    """All keys, once, in order, from messages of any length that leaves room for one."""
    sent, _ = data.draw(keys(family, withdrawn=True))
    maximum = 50 + max(len(ROWS[family].wire(key)) for key in sent) + room
    received: list[bytes] = []
    for octets in encode_withdrawals(family, sent, maximum, path_id=path_id):
        assert len(octets) <= maximum
        for found_family, found_keys, found_path_id in decoder(family, path_id).decode(*whole(octets)).withdrawn:
            assert (found_family, found_path_id) == (family, path_id or 0)
            received += found_keys
    assert received == sent
