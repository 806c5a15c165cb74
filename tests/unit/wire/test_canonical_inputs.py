"""A canonical block read again gives the inputs that were made when it came in."""

from hypothesis import given, settings

from bgpkit.testing import strategies
from bgpkit.wire import (
    AttributeInputs,
    UpdateContext,
    UpdateDecoder,
    canonical_inputs,
    encode_announcements,
    encode_attributes,
)
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import PathAttributes, Prefix

KEYS = {IPV4_UNICAST: Prefix.parse("10.1.0.0/16").key, IPV6_UNICAST: Prefix.parse("2001:db8::/32").key}


def received(family: Family, block: bytes) -> AttributeInputs:
    """Return the inputs that a session's decoder makes of a block."""

    def keep(inputs: AttributeInputs) -> AttributeInputs:
        return inputs

    context = UpdateContext(families=frozenset(KEYS), four_octet_as=True, internal=True, maximum=65535)
    decoder: UpdateDecoder[AttributeInputs] = UpdateDecoder(context, keep)
    (message,) = encode_announcements(block, family, [KEYS[family]], 65535)
    return decoder.decode(message, 19, len(message)).announced[0][1]


@settings(max_examples=60, deadline=None)
@given(strategies.path_attributes())
def test_reading_again_is_reading_for_the_first_time(attributes: PathAttributes) -> None:
    """All that ranks a path, and its next hop, is the same; so a path can be judged anew from its block alone."""
    hop = attributes.next_hop
    if hop is None:
        return
    family = IPV4_UNICAST if hop.version == 4 else IPV6_UNICAST
    first = received(family, encode_attributes(attributes, family))
    again = canonical_inputs(first.raw, rest=b"r", path_id=7)
    for name in ("next_hop", "origin", "as_path", "as_path_length", "neighbor_as", "med", "local_pref", "aigp"):
        assert getattr(again, name) == getattr(first, name), name
    assert (again.originator_id, again.cluster_list) == (first.originator_id, first.cluster_list)
    assert (again.rest, again.path_id) == (b"r", 7)
