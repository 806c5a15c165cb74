"""The sub-TLVs of an SR policy, put together as in RFC 9830, section 2.4."""

from collections.abc import Callable
from ipaddress import IPv6Address

import pytest

from bgpkit.wire.attributes.label_stack_entry import LabelStackEntry
from bgpkit.wire.attributes.segment_list import EndpointBehaviorStructure, Weight
from bgpkit.wire.attributes.sr_policy_sub_tlvs import (
    BindingSid,
    CandidatePathName,
    ExplicitNullLabelPolicy,
    PolicyName,
    Preference,
    Priority,
    SegmentList,
    SrPolicyDescription,
    Srv6BindingSid,
)

SID = "20010db8000000000000000000000001"
ADDRESS = IPv6Address("2001:db8::1")
BEHAVIOR = EndpointBehaviorStructure(
    behavior=0x13, locator_block_length=40, locator_node_length=24, function_length=16, argument_length=0
)

SUB_TLVS: list[tuple[str, SrPolicyDescription, str]] = [
    ("01 02 00000064", Preference(100, flags=1, reserved=2), "preference 100"),
    ("80 00", BindingSid(flags=0x80), "binding-sid none"),
    ("c0 01 03e81000", BindingSid(LabelStackEntry(label=16001), 0xC0, 1), "binding-sid 16001"),
    (f"00 00 {SID}", BindingSid(ADDRESS), "binding-sid 2001:db8::1"),
    ("00 00 03", ExplicitNullLabelPolicy(3), "explicit-null-label-policy 3"),
    ("07 01", Priority(7, reserved=1), "priority 7"),
    (f"40 00 {SID}", Srv6BindingSid(ADDRESS, flags=0x40), "srv6-binding-sid 2001:db8::1"),
    (
        f"20 01 {SID} 0013 0000 28 18 10 00",
        Srv6BindingSid(ADDRESS, BEHAVIOR, 0x20, 1),
        "srv6-binding-sid 2001:db8::1 behavior 0x13 [40,24,16,0]",
    ),
    ("00", SegmentList(()), "segment-list []"),
    ("01 09 06 0000 00000001", SegmentList((Weight(1),), reserved=1), "segment-list [weight 1]"),
    ("00 626c7565", CandidatePathName("blue"), "candidate-path-name 'blue'"),
    ("02 c3a9", PolicyName("\xe9", reserved=2), "policy-name '\xe9'"),
]


@pytest.mark.parametrize(("octets", "value", "text"), SUB_TLVS)
def test_each_is_read_and_written(octets: str, value: SrPolicyDescription, text: str) -> None:
    """The fields of each figure come out, and go back to the same octets."""
    assert type(value).of(bytes.fromhex(octets)) == value
    assert value.octets() == bytes.fromhex(octets)
    assert str(value) == text


@pytest.mark.parametrize(
    ("kind", "lengths"),
    [
        (Preference, {6}),
        (BindingSid, {2, 6, 18}),
        (ExplicitNullLabelPolicy, {3}),
        (Priority, {2}),
        (Srv6BindingSid, {18, 26}),
    ],
)
def test_each_has_its_lengths(kind: type[SrPolicyDescription], lengths: set[int]) -> None:
    """A length that the RFC does not list raises ValueError."""
    for length in range(32):
        if length in lengths:
            assert kind.of(bytes(length)).octets() == bytes(length)
        else:
            with pytest.raises(ValueError, match=f"of {length} octets does not have"):
                kind.of(bytes(length))


@pytest.mark.parametrize("kind", [SegmentList, CandidatePathName, PolicyName])
def test_lists_and_names_have_an_octet_before_them(kind: type[SrPolicyDescription]) -> None:
    """Without that octet they raise ValueError; a name that is no text does, too."""
    with pytest.raises(ValueError, match="of no octets is shorter than 1"):
        kind.of(b"")
    if kind is not SegmentList:
        with pytest.raises(UnicodeDecodeError):
            kind.of(b"\0\xff")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Preference(1 << 32),
        lambda: Preference(1, flags=256),
        lambda: BindingSid(reserved=-1),
        lambda: ExplicitNullLabelPolicy(256),
        lambda: Priority(256),
        lambda: Srv6BindingSid(ADDRESS, flags=256),
        lambda: SegmentList((), reserved=256),
        lambda: CandidatePathName("", reserved=256),
        lambda: PolicyName("", reserved=256),
    ],
)
def test_fields_that_do_not_fit_are_refused(make: Callable[[], SrPolicyDescription]) -> None:
    """A number beyond its field raises ValueError."""
    with pytest.raises(ValueError, match="does not fit"):
        make()
