"""RFC 7606, section 3: what an error in an attribute leads to."""

import pytest

from bgpkit.errors import UpdateError
from bgpkit.wire import Codec, FaultAction, UpdateDecoder, UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, Family
from tests.unit.wire.octets import (
    AS_PATH,
    MANDATORY,
    NEXT_HOP,
    NLRI,
    ORIGIN,
    attribute,
    context,
    decode,
    mp_reach,
    mp_unreach,
    update,
    verdict,
)

KEY = NLRI


@pytest.mark.rfc("7606", "3")
@pytest.mark.parametrize("flags", [0x00, 0x80, 0xC0])
@pytest.mark.parametrize("code", [1, 2, 3, 5, 6])
def test_wrong_flags_of_a_well_known_attribute_withdraw(flags: int, code: int) -> None:
    """(c): Optional or Transitive bits in conflict with the type code are treat-as-withdraw."""
    values = {1: b"\0", 2: b"", 3: bytes((192, 0, 2, 1)), 5: bytes(4), 6: b""}
    others = b"".join(attribute(0x40, other, value) for other, value in values.items() if other != code)
    assert verdict(update(others + attribute(flags, code, values[code]), NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("7606", "3")
@pytest.mark.parametrize("bits", [0x0F, 0x20, 0x2F])
def test_the_other_flag_bits_do_not_matter(bits: int) -> None:
    """(c) speaks of the Optional and Transitive bits only; the lower four are ignored (RFC 4271, section 4.3)."""
    assert verdict(update(attribute(0x40 | bits, 1, b"\0") + AS_PATH + NEXT_HOP, NLRI)).action == "accept"


@pytest.mark.rfc("7606", "3")
@pytest.mark.parametrize("left_out", [ORIGIN, AS_PATH, NEXT_HOP])
def test_a_missing_mandatory_attribute_withdraws(left_out: bytes) -> None:
    """(d): an absent well-known mandatory attribute is treat-as-withdraw."""
    found = decode(update(MANDATORY.replace(left_out, b""), NLRI))
    assert found.withdrawn == [(IPV4_UNICAST, [KEY], 0)]
    assert found.announced == ()


@pytest.mark.rfc("7606", "3")
def test_a_missing_local_pref_is_no_error() -> None:
    """(d) names mandatory attributes, and LOCAL_PREF is not in that class (RFC 4271, section 5)."""
    assert decode(update(MANDATORY, NLRI)).announced[0][1].local_pref is None


@pytest.mark.rfc("7606", "3")
def test_the_first_of_equal_attributes_counts() -> None:
    """(g): all but the first of an attribute that comes several times are discarded."""
    again = attribute(0x40, 5, bytes((0, 0, 0, 1))) + attribute(0x40, 5, bytes((0, 0, 0, 2)))
    family, inputs, keys, _ = decode(update(MANDATORY + again, NLRI)).announced[0]
    assert (family, inputs.local_pref, keys) == (IPV4_UNICAST, 1, [KEY])
    assert inputs.raw == MANDATORY + again[:7]


@pytest.mark.rfc("7606", "3")
def test_the_strongest_action_counts() -> None:
    """(h): of several errors the one with the strongest action decides."""
    weak, strong = attribute(0x40, 6, b"x"), attribute(0xC0, 8, b"abc")
    found = decode(update(MANDATORY + weak + strong, NLRI))
    assert [fault.action for fault in found.faults] == [FaultAction.DISCARD, FaultAction.WITHDRAW]
    assert found.withdrawn == [(IPV4_UNICAST, [KEY], 0)]


@pytest.mark.rfc("7606", "3")
def test_withdrawn_routes_stay_withdrawn_beside_an_error() -> None:
    """(b): treat-as-withdraw handles the announced routes as if withdrawn, beside those that are."""
    found = decode(update(MANDATORY + attribute(0xC0, 8, b"abc"), NLRI, withdrawn=b"\x08\x0a"))
    assert found.withdrawn == [(IPV4_UNICAST, [b"\x08\x0a"], 0), (IPV4_UNICAST, [KEY], 0)]


@pytest.mark.rfc("7606", "4")
@pytest.mark.parametrize("tail", ["c008ff01", "c0", "c008", "d00800"])
def test_an_attribute_list_that_overruns_withdraws(tail: str) -> None:
    """An attribute beyond the total attribute length, or a header cut short, is treat-as-withdraw."""
    assert verdict(update(MANDATORY + bytes.fromhex(tail), NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("7606", "5.2")
@pytest.mark.parametrize("withdrawn", [b"", b"\x08\x0a"])
def test_an_error_without_reachable_nlri_resets(withdrawn: bytes) -> None:
    """A fault stronger than discard in an UPDATE that announces nothing is a session reset."""
    with pytest.raises(UpdateError) as caught:
        decode(update(attribute(0xC0, 8, b"abc"), withdrawn=withdrawn))
    sent = caught.value.notification
    assert (sent.code, sent.subcode, sent.data) == (3, 5, attribute(0xC0, 8, b"abc"))


@pytest.mark.rfc("7606", "5.2")
def test_a_discard_without_reachable_nlri_is_no_reset() -> None:
    """Attribute discard alone leaves the withdrawn routes standing."""
    found = decode(update(attribute(0x40, 6, b"x"), withdrawn=b"\x08\x0a"))
    assert found.withdrawn == [(IPV4_UNICAST, [b"\x08\x0a"], 0)]


@pytest.mark.rfc("7606", "5.3")
@pytest.mark.parametrize("field", ["21ffffffff00", "18cb00", "18"])
def test_nlri_that_cannot_be_cut_reset(field: str) -> None:
    """A prefix length beyond 32 bits, or a prefix beyond the field, leaves no NLRI to withdraw: 3/10."""
    for octets in (update(MANDATORY, bytes.fromhex(field)), update(withdrawn=bytes.fromhex(field))):
        sent = verdict(octets).notification
        assert sent is not None
        assert (sent.code, sent.subcode) == (3, 10)


@pytest.mark.rfc("7606", "4")
@pytest.mark.parametrize("rest", [b"\xc0", b"\xc0\x08", b"\xd0\x08\0", b"\xc0\x08\x51a"])
def test_a_list_cut_short_beside_another_fault_withdraws(rest: bytes) -> None:
    """A next hop that is no host's, and behind it the list breaks off: both are told, and the routes go."""
    found = decode(update(ORIGIN + AS_PATH + attribute(0x40, 3, bytes(4)) + rest, NLRI))
    assert found.withdrawn == [(IPV4_UNICAST, [KEY], 0)]
    assert [fault.octets for fault in found.faults] == [rest, attribute(0x40, 3, bytes(4))]


@pytest.mark.rfc("7606", "5.2")
def test_an_mp_reach_without_nlri_hides_what_is_broken() -> None:
    """No reachable NLRI is encoded: an error stronger than attribute-discard leaves a session reset."""
    with pytest.raises(UpdateError):
        decode(update(mp_reach(b"") + attribute(0x40, 1, b"\7") + AS_PATH))
    assert decode(update(mp_reach(b"") + attribute(0x40, 6, b"x") + ORIGIN + AS_PATH)).faults[0].action == 1


@pytest.mark.rfc("7606", "5.3")
@pytest.mark.parametrize("flags", [0x00, 0x40, 0xC0])
@pytest.mark.parametrize("whole", [mp_reach(), mp_unreach()])
def test_an_mp_attribute_with_wrong_flags_is_incorrect(flags: int, whole: bytes) -> None:
    """Flags that RFC 4760 does not give it: its NLRI count as not parsed, so nothing less than a reset is left."""
    with pytest.raises(UpdateError) as error:
        decode(update(bytes((flags,)) + whole[1:] + MANDATORY, NLRI))
    assert (error.value.notification.subcode, error.value.section) == (9, "RFC 7606, section 5.3")


@pytest.mark.rfc("4271", "6.3")
def test_a_next_hop_is_judged_the_same_in_any_place() -> None:
    """IPv4 multicast with a next hop of 0.0.0.0, before the other attributes and behind them."""
    reach = mp_reach(b"\x18\xcb\0\x71", bytes(4), 1, 2)
    for block in (reach + ORIGIN + AS_PATH, ORIGIN + AS_PATH + reach):
        octets = update(block)
        terms = context(Family(1, 2))
        found = UpdateDecoder(terms, lambda inputs: inputs).decode(octets, 19, len(octets))
        assert [fault.subcode for fault in found.faults] == [8]
        judged = Codec(terms).decode(octets)
        assert isinstance(judged, UpdateMessage)
        assert [fault.subcode for fault in judged.faults] == [8]
