"""A RIB and a person read the same: keys and blocks of attributes are what the values of a message say."""

from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from bgpkit.testing import strategies as bgp
from bgpkit.wire import Codec, UpdateContext, UpdateMessage
from bgpkit_fsm import IPV4_FLOWSPEC, IPV6_FLOWSPEC, Family
from tests.properties.wire_laws import check_update
from tests.properties.wire_strategies import damaged_updates, soups
from tests.unit.wire.octets import AS_PATH, MANDATORY, NLRI, ORIGIN, mp_reach, update

contexts = bgp.update_contexts()
sent_updates = contexts.flatmap(lambda context: st.tuples(st.just(context), bgp.update_messages(bgp.mirrored(context))))
received = contexts.flatmap(
    lambda context: st.tuples(st.just(context), soups(context) | damaged_updates(bgp.mirrored(context)))
)


@settings(deadline=None, max_examples=100)
@given(sent_updates)
def test_a_rib_sees_what_was_sent(sent: tuple[UpdateContext, UpdateMessage]) -> None:
    """Well-formed UPDATEs: routes, what is beside them, attributes, End-of-RIB."""
    context, message = sent
    (octets,) = Codec(bgp.mirrored(context)).encode(message)
    assert check_update(context, octets[19:]) == "no fault"


@settings(deadline=None, max_examples=200)
@given(received)
@example((bgp.SESSION, update(MANDATORY + mp_reach(), NLRI)))
def test_a_rib_sees_what_a_person_sees(came: tuple[UpdateContext, bytes]) -> None:
    """Any other UPDATEs: the same verdicts, and the same routes left after them."""
    context, octets = came
    event(check_update(context, octets[19:]))


@settings(deadline=None, max_examples=20)
@given(st.sampled_from([IPV4_FLOWSPEC, IPV6_FLOWSPEC]), st.binary(max_size=40))
@example(IPV4_FLOWSPEC, bytes(4))
def test_a_next_hop_of_no_use_is_ignored(family: Family, next_hop: bytes) -> None:
    """Flow specifications have none, whatever stands in its place. RFC 8955, section 4."""
    octets = update(mp_reach(b"\x03\x03\x81\x06", next_hop, family.afi, family.safi) + ORIGIN + AS_PATH)
    assert check_update(bgp.SESSION, octets[19:]) == "no fault"
