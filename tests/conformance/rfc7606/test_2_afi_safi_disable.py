"""RFC 7606, section 2, "AFI/SAFI disable", and RFC 4760, section 7: one family goes, the session stays."""

from dataclasses import replace

import pytest

from bgpkit.errors import UpdateError
from bgpkit.wire import AttributeInputs, Codec, FaultAction, Update, UpdateDecoder, UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.unit.wire.octets import (
    AS_PATH,
    MANDATORY,
    NLRI,
    ORIGIN,
    V6_HOP,
    V6_NLRI,
    attribute,
    context,
    mp_reach,
    mp_unreach,
    update,
)

TERMS = replace(context(), disable_family=True)
BROKEN = (
    mp_reach(b"\xff"),
    mp_reach(next_hop=V6_HOP[:5]),
    mp_unreach(b"\x40\x20\x01"),
    attribute(0x80, 14, b"\0\2\1\x40" + bytes(16)),
)


def decoder() -> UpdateDecoder[AttributeInputs]:
    """Return a decoder that disables families."""
    return UpdateDecoder(TERMS, lambda inputs: inputs)


def decode(one: UpdateDecoder[AttributeInputs], octets: bytes) -> Update[AttributeInputs]:
    """Return what a whole UPDATE says."""
    return one.decode(octets, 19, len(octets))


@pytest.mark.rfc("7606", "2")
@pytest.mark.parametrize("broken", BROKEN)
def test_the_family_at_fault_is_disabled_and_nothing_else(broken: bytes) -> None:
    """NLRI that cannot be cut, or a next hop that cannot be: the routes of the other family count."""
    found = decode(decoder(), update(broken + MANDATORY, NLRI))
    assert found.disabled == (IPV6_UNICAST,)
    assert [(fault.action, fault.subcode) for fault in found.faults] == [(FaultAction.DISABLE, 9)]
    assert [(family, keys) for family, _, keys, _ in found.announced] == [(IPV4_UNICAST, [NLRI])]


@pytest.mark.rfc("4760", "7")
def test_later_routes_of_the_family_are_ignored() -> None:
    """For the rest of the session, by either way through the decoder; the other family goes on."""
    one = decoder()
    before = decode(one, update(mp_reach() + MANDATORY))
    assert [(family, keys) for family, _, keys, _ in before.announced] == [(IPV6_UNICAST, [V6_NLRI])]
    decode(one, update(BROKEN[0] + MANDATORY))
    for octets in (update(mp_reach() + MANDATORY), update(MANDATORY + mp_reach()), update(mp_unreach())):
        later = decode(one, octets)
        assert (list(later.announced), list(later.withdrawn), later.disabled) == ([], [], ())
        assert [fault.action for fault in later.faults] == [FaultAction.IGNORE]
    assert decode(one, update(mp_unreach(b""))).end_of_rib is None
    assert len(decode(one, update(MANDATORY, NLRI)).announced) == 1


@pytest.mark.rfc("7606", "2")
@pytest.mark.parametrize("broken", BROKEN)
def test_without_it_the_session_is_reset(broken: bytes) -> None:
    """AFI/SAFI disable is asked for, or the stronger action is taken: RFC 7606, sections 5.3 and 7.11."""
    octets = update(broken + MANDATORY, NLRI)
    with pytest.raises(UpdateError) as error:
        UpdateDecoder(context(), lambda inputs: inputs).decode(octets, 19, len(octets))
    assert (error.value.notification.code, error.value.notification.subcode) == (3, 9)


@pytest.mark.rfc("7606", "5.3")
@pytest.mark.parametrize(
    "octets",
    [update(MANDATORY, b"\xff"), update(withdrawn=b"\xff"), update(attribute(0x80, 14, b"\0\2") + MANDATORY, NLRI)],
)
def test_what_names_no_family_resets_the_session_all_the_same(octets: bytes) -> None:
    """A field of the body that cannot be cut, an MP attribute too short for its AFI and SAFI."""
    with pytest.raises(UpdateError):
        decode(decoder(), octets)


@pytest.mark.rfc("7606", "2")
@pytest.mark.parametrize("nlri", [b"\xff", b"\x81" + bytes(17)])
def test_the_usual_order_of_attributes_is_judged_the_same(nlri: bytes) -> None:
    """MP_REACH_NLRI first and no NEXT_HOP, as nearly all send it: the quick way through the decoder."""
    found = decode(decoder(), update(mp_reach(nlri) + ORIGIN + AS_PATH))
    assert (found.disabled, list(found.announced)) == ((IPV6_UNICAST,), [])


@pytest.mark.rfc("4760", "7")
def test_ipv4_unicast_that_was_disabled_is_ignored_in_the_body_too() -> None:
    """Its MP_REACH_NLRI had a next hop of five octets; later routes of the body are of the same family."""
    one, codec = decoder(), Codec(TERMS)
    octets = update(mp_reach(b"\x18\xcb\0\x71", bytes(5), 1, 1) + ORIGIN + AS_PATH)
    assert decode(one, octets).disabled == (IPV4_UNICAST,)
    codec.decode(octets)
    assert list(decode(one, update(MANDATORY, NLRI)).announced) == []
    later = codec.decode(update(MANDATORY, NLRI))
    assert isinstance(later, UpdateMessage)
    assert [fault.action for fault in later.faults] == [FaultAction.IGNORE]
