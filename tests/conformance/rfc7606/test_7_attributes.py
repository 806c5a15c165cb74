"""RFC 7606, section 7: what is malformed in each attribute, and what it leads to."""

import pytest

from tests.unit.wire.octets import (
    AS_PATH,
    MANDATORY,
    NEXT_HOP,
    NLRI,
    ORIGIN,
    V6_HOP,
    attribute,
    decode,
    mp_reach,
    mp_unreach,
    update,
    verdict,
)


@pytest.mark.rfc("7606", "7.1")
@pytest.mark.parametrize("value", [b"", b"\0\0", b"\3", b"\xff"])
def test_origin_of_another_length_or_value_withdraws(value: bytes) -> None:
    """ORIGIN is malformed when its length is not 1 or its value is undefined."""
    assert verdict(update(attribute(0x40, 1, value) + AS_PATH + NEXT_HOP, NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("7606", "7.2")
@pytest.mark.parametrize(
    "value",
    ["05010000fc00", "00010000fc00", "0200", "02030000fc000000fc01", "02010000fc0002", "02010000fc000202", "02"],
)
def test_a_malformed_as_path_withdraws(value: str) -> None:
    """An unknown segment type, an overrun, an underrun and an empty segment make AS_PATH malformed."""
    path = attribute(0x40, 2, bytes.fromhex(value))
    assert verdict(update(ORIGIN + path + NEXT_HOP, NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("7606", "7.3")
@pytest.mark.parametrize("length", [0, 3, 5, 16])
def test_next_hop_of_another_length_withdraws(length: int) -> None:
    """NEXT_HOP is malformed when its length is not 4."""
    hop = attribute(0x40, 3, b"\xc0" * length)
    assert verdict(update(ORIGIN + AS_PATH + hop, NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("7606", "7.4")
@pytest.mark.parametrize("length", [0, 3, 5])
def test_med_of_another_length_withdraws(length: int) -> None:
    """MULTI_EXIT_DISC is malformed when its length is not 4."""
    assert verdict(update(MANDATORY + attribute(0x80, 4, bytes(length)), NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("7606", "7.5")
@pytest.mark.rfc("7606", "7.9")
@pytest.mark.rfc("7606", "7.10")
@pytest.mark.parametrize(("flags", "code"), [(0x40, 5), (0x80, 9), (0x80, 10)])
@pytest.mark.parametrize("length", [0, 3, 4, 5])
def test_internal_attributes_of_an_external_peer_are_discarded(flags: int, code: int, length: int) -> None:
    """LOCAL_PREF, ORIGINATOR_ID and CLUSTER_LIST from outside are discarded whatever they hold."""
    octets = update(MANDATORY + attribute(flags, code, b"\1" * length), NLRI)
    assert verdict(octets, internal=False).action == "attribute-discard"
    inputs = decode(octets, internal=False).announced[0][1]
    assert (inputs.local_pref, inputs.originator_id, inputs.cluster_list, inputs.raw) == (None, None, b"", MANDATORY)


@pytest.mark.rfc("7606", "7.5")
@pytest.mark.rfc("7606", "7.9")
@pytest.mark.rfc("7606", "7.10")
@pytest.mark.parametrize(("flags", "code"), [(0x40, 5), (0x80, 9), (0x80, 10)])
@pytest.mark.parametrize("length", [0, 3, 5])
def test_internal_attributes_of_another_length_withdraw(flags: int, code: int, length: int) -> None:
    """From inside, a length that is not 4, for CLUSTER_LIST not a multiple of 4, withdraws."""
    assert verdict(update(MANDATORY + attribute(flags, code, b"\1" * length), NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("7606", "7.6")
@pytest.mark.rfc("7606", "7.7")
@pytest.mark.parametrize(("flags", "code", "length"), [(0x40, 6, 1), (0xC0, 7, 0), (0xC0, 7, 6), (0xC0, 7, 9)])
def test_aggregation_of_another_length_is_discarded(flags: int, code: int, length: int) -> None:
    """ATOMIC_AGGREGATE other than empty, AGGREGATOR other than 8 octets: the attribute is discarded."""
    octets = update(MANDATORY + attribute(flags, code, b"\1" * length), NLRI)
    assert verdict(octets).action == "attribute-discard"
    assert decode(octets).announced[0][1].raw == MANDATORY


@pytest.mark.rfc("7606", "7.7")
@pytest.mark.parametrize(("length", "action"), [(6, "accept"), (8, "attribute-discard")])
def test_aggregator_of_a_two_octet_speaker_has_six_octets(length: int, action: str) -> None:
    """The right length of AGGREGATOR depends on the 4-octet AS capability."""
    path = attribute(0x40, 2, bytes.fromhex("0201fc00"))
    octets = update(ORIGIN + path + NEXT_HOP + attribute(0xC0, 7, b"\1" * length), NLRI)
    assert verdict(octets, four_octet_as=False).action == action


@pytest.mark.rfc("7606", "7.8")
@pytest.mark.rfc("7606", "7.14")
@pytest.mark.parametrize(("code", "unit"), [(8, 4), (16, 8), (32, 12)])
@pytest.mark.parametrize("excess", [-1, 0, 1])
def test_communities_are_a_multiple_of_their_size(code: int, unit: int, excess: int) -> None:
    """Communities of any kind whose length is not a non-zero multiple of their size withdraw."""
    expected = "treat-as-withdraw" if excess else "accept"
    assert verdict(update(MANDATORY + attribute(0xC0, code, b"\1" * (unit + excess)), NLRI)).action == expected
    assert verdict(update(MANDATORY + attribute(0xC0, code, b""), NLRI)).action == "treat-as-withdraw"


@pytest.mark.rfc("7606", "7.11")
@pytest.mark.parametrize("length", [0, 4, 15, 17, 24, 31, 33])
def test_mp_reach_with_another_next_hop_length_resets(length: int) -> None:
    """The NLRI behind a next hop of the wrong length cannot be found: session reset, 3/9 with the attribute."""
    reach = mp_reach(next_hop=b"\x20" * length)
    sent = verdict(update(reach + ORIGIN + AS_PATH)).notification
    assert sent is not None
    assert (sent.code, sent.subcode, sent.data) == (3, 9, reach)


@pytest.mark.rfc("7606", "7.11")
@pytest.mark.parametrize("next_hop", [V6_HOP, V6_HOP + V6_HOP])
def test_mp_reach_next_hops_have_16_or_32_octets(next_hop: bytes) -> None:
    """An IPv6 next hop has 16 octets, or 32 with a link-local one (RFC 2545, section 3)."""
    assert decode(update(mp_reach(next_hop=next_hop) + ORIGIN + AS_PATH)).announced[0][1].next_hop == next_hop


@pytest.mark.rfc("7606", "5.3")
@pytest.mark.parametrize("nlri", ["8120", "4020010db8", "20"])
def test_nlri_in_mp_attributes_that_cannot_be_cut_reset(nlri: str) -> None:
    """A prefix beyond 128 bits, or beyond its attribute, is a session reset: 3/9."""
    for block in (mp_reach(bytes.fromhex(nlri)) + ORIGIN + AS_PATH, mp_unreach(bytes.fromhex(nlri))):
        sent = verdict(update(block)).notification
        assert sent is not None
        assert (sent.code, sent.subcode) == (3, 9)


@pytest.mark.rfc("7606", "7.12")
@pytest.mark.parametrize("value", ["", "00", "0002"])
def test_mp_unreach_without_family_resets(value: str) -> None:
    """MP_UNREACH_NLRI has at least AFI and SAFI."""
    assert verdict(update(attribute(0x80, 15, bytes.fromhex(value)))).action == "session-reset"


@pytest.mark.rfc("7606", "3")
@pytest.mark.parametrize("twice", [mp_reach(), mp_unreach()])
def test_mp_attributes_that_come_twice_reset(twice: bytes) -> None:
    """(g): a second MP_REACH_NLRI or MP_UNREACH_NLRI is a malformed attribute list: 3/1."""
    sent = verdict(update(twice + ORIGIN + AS_PATH + twice)).notification
    assert sent is not None
    assert (sent.code, sent.subcode) == (3, 1)


@pytest.mark.rfc("7606", "5.1")
def test_mp_reach_may_stand_anywhere() -> None:
    """Receivers must take the MP attributes in any position, and the same routes come out."""
    first = decode(update(mp_reach() + ORIGIN + AS_PATH)).announced[0]
    last = decode(update(ORIGIN + AS_PATH + mp_reach())).announced[0]
    assert first[2] == last[2]
    assert first[1].raw == last[1].raw
