"""A few attributes change, all else stays octet for octet."""

import pytest

from bgpkit.wire import Rewrite, rewrite
from bgpkit_fsm import IPV4_UNICAST
from tests.unit.wire.octets import AS_PATH, MANDATORY, NEXT_HOP, ORIGIN, V6_HOP, attribute, mp_reach

MED = attribute(0x80, 4, b"\0\0\0\4")
LOCAL_PREF = attribute(0x40, 5, b"\0\0\0\5")
ORIGINATOR = attribute(0x80, 9, b"\0\0\0\x09")
CLUSTERS = attribute(0x80, 10, b"\0\0\0\x0a")
LARGE = attribute(0xC0, 32, bytes(12))
OTHER = bytes.fromhex("0a000001")
OTHER_V6 = bytes.fromhex("20010db8000000000000000000000002")


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (MANDATORY + LARGE, Rewrite(), MANDATORY + LARGE),
        (MANDATORY + LARGE, Rewrite(originator_id=9, cluster_id=10), MANDATORY + ORIGINATOR + CLUSTERS + LARGE),
        (MANDATORY, Rewrite(originator_id=9, cluster_id=10), MANDATORY + ORIGINATOR + CLUSTERS),
        (
            MANDATORY + ORIGINATOR + CLUSTERS,
            Rewrite(originator_id=1, cluster_id=11),
            MANDATORY + ORIGINATOR + attribute(0x80, 10, b"\0\0\0\x0b\0\0\0\x0a"),
        ),
        (MANDATORY + MED, Rewrite(local_pref=5), MANDATORY + MED + LOCAL_PREF),
        (MANDATORY + LOCAL_PREF, Rewrite(local_pref=7), MANDATORY + LOCAL_PREF),
        (MANDATORY + LOCAL_PREF, Rewrite(local_pref=5, remove=frozenset({4, 5})), MANDATORY + LOCAL_PREF),
        (MANDATORY + MED + LOCAL_PREF, Rewrite(remove=frozenset({4, 5, 200})), MANDATORY),
        (
            MANDATORY,
            Rewrite(prepend_as=65536),
            ORIGIN + attribute(0x40, 2, bytes.fromhex("0203000100000000fc000000fc01")) + NEXT_HOP,
        ),
        (
            ORIGIN + attribute(0x40, 2, b"") + NEXT_HOP,
            Rewrite(prepend_as=1),
            ORIGIN + attribute(0x40, 2, bytes.fromhex("020100000001")) + NEXT_HOP,
        ),
        (
            ORIGIN + attribute(0x40, 2, bytes.fromhex("010100000002")),
            Rewrite(prepend_as=1),
            ORIGIN + attribute(0x40, 2, bytes.fromhex("020100000001010100000002")),
        ),
        (MANDATORY + MED, Rewrite(next_hop=OTHER), ORIGIN + AS_PATH + attribute(0x40, 3, OTHER) + MED),
        (ORIGIN + AS_PATH + MED, Rewrite(next_hop=OTHER), ORIGIN + AS_PATH + attribute(0x40, 3, OTHER) + MED),
        (
            ORIGIN + AS_PATH + mp_reach(b"") + LARGE,
            Rewrite(next_hop=OTHER_V6),
            ORIGIN + AS_PATH + mp_reach(b"", OTHER_V6) + LARGE,
        ),
        (
            ORIGIN + AS_PATH + LARGE,
            Rewrite(next_hop=OTHER_V6 * 2),
            ORIGIN + AS_PATH + mp_reach(b"", OTHER_V6 * 2) + LARGE,
        ),
        (LARGE + MANDATORY, Rewrite(cluster_id=10), CLUSTERS + LARGE + MANDATORY),
    ],
)
def test_a_change_is_made_in_its_place(before: bytes, change: Rewrite, after: bytes) -> None:
    """What is new stands before the first attribute of higher type; the rest is not touched."""
    assert rewrite(before, change) == after


@pytest.mark.parametrize("change", [Rewrite(), Rewrite(cluster_id=10), Rewrite(prepend_as=1)])
def test_unknown_attributes_are_passed_on_as_rfc_4271_says(change: Rewrite) -> None:
    """Section 5: optional transitive with the Partial bit set; optional non-transitive left out."""
    unknown = attribute(0xC0, 99, b"a") + attribute(0xE0, 100, b"b") + attribute(0x80, 101, b"c")
    passed_on = attribute(0xE0, 99, b"a") + attribute(0xE0, 100, b"b")
    assert rewrite(MANDATORY + unknown, change) == rewrite(MANDATORY, change) + passed_on


def test_a_full_segment_gets_a_new_one_before_it() -> None:
    """A segment holds at most 255 AS numbers (RFC 4271, section 5.1.2)."""
    full = b"\2\xff" + b"\0\0\0\1" * 255
    block = rewrite(attribute(0x50, 2, full), Rewrite(prepend_as=2))
    assert block == attribute(0x50, 2, bytes.fromhex("020100000002") + full)


def test_a_cluster_list_grows_beyond_255_octets() -> None:
    """The length field becomes two octets, the bit says so."""
    block = rewrite(attribute(0x80, 10, bytes(252)), Rewrite(cluster_id=1))
    assert block == attribute(0x90, 10, b"\0\0\0\1" + bytes(252))


def test_long_headers_are_read() -> None:
    """Whatever form of length the sender chose is kept, or read where the attribute changes."""
    odd = attribute(0x50, 1, b"\0") + attribute(0x90, 10, b"\0\0\0\1")
    assert rewrite(odd, Rewrite(local_pref=5)) == odd[:5] + LOCAL_PREF + odd[5:]
    assert rewrite(odd, Rewrite(cluster_id=2)) == odd[:5] + attribute(0x80, 10, b"\0\0\0\2\0\0\0\1")


@pytest.mark.parametrize(
    ("before", "hop"), [(ORIGIN + AS_PATH + mp_reach(b""), OTHER), (MANDATORY, V6_HOP), (MANDATORY, V6_HOP * 2)]
)
def test_a_next_hop_of_another_family_is_refused(before: bytes, hop: bytes) -> None:
    """The caller mixed up families."""
    with pytest.raises(ValueError, match="another family"):
        rewrite(before, Rewrite(next_hop=hop))


@pytest.mark.parametrize("number", [-1, 1 << 32])
def test_what_does_not_fit_is_refused_when_the_change_is_made(number: int) -> None:
    """Numbers of 32 bits; next hops of 4, 16 or 32 octets."""
    with pytest.raises(ValueError, match="fit"):
        Rewrite(prepend_as=number)
    with pytest.raises(ValueError, match="fit"):
        Rewrite(local_pref=number)
    with pytest.raises(ValueError, match="fit"):
        Rewrite(originator_id=number)
    with pytest.raises(ValueError, match="fit"):
        Rewrite(cluster_id=number)
    with pytest.raises(ValueError, match="octets"):
        Rewrite(next_hop=b"x")


@pytest.mark.rfc("8950", "3")
@pytest.mark.parametrize(
    "present", [b"", attribute(0x40, 3, OTHER), attribute(0x80, 14, b"\0\1\1\x10" + OTHER_V6 + b"\0")]
)
@pytest.mark.parametrize("hop", [OTHER, OTHER_V6, OTHER_V6 * 2])
def test_an_ipv4_route_gets_a_next_hop_of_either_version(present: bytes, hop: bytes) -> None:
    """Whatever it had before: an IPv4 one stands in NEXT_HOP, an IPv6 one in MP_REACH_NLRI of IPv4 unicast."""
    reach = b"\0\1\1" + bytes((len(hop),)) + hop + b"\0"
    expected = attribute(0x40, 3, hop) if len(hop) == 4 else attribute(0x80, 14, reach)
    assert (
        rewrite(ORIGIN + AS_PATH + present, Rewrite(next_hop=hop, family=IPV4_UNICAST)) == ORIGIN + AS_PATH + expected
    )
