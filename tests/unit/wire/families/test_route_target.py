"""Route target memberships."""

import pytest

from bgpkit.wire.families.route_target import DEFAULT_ROUTE_TARGET, ROUTE_TARGET_ROWS, RouteTargetMembership
from bgpkit_fsm import Family
from bgpkit_rib import ExtendedCommunity

(ROW,) = ROUTE_TARGET_ROWS
TARGET = ExtendedCommunity.parse("rt:64512:100")


def test_the_row_is_that_of_safi_132() -> None:
    """Its next hop is an IPv4 or an IPv6 address."""
    assert (ROW.family, ROW.values) == (Family(1, 132), (RouteTargetMembership,))
    assert ROW.next_hop_lengths == {4, 16}


def test_whole_route_targets() -> None:
    """Three of one message, from the routecore vectors."""
    field = bytes.fromhex("60 00000064 0002006400000001 60 00000064 01020a0000020000 60 00000064 01020a0000020001")
    values = ROW.nlri(field, add_path=False, withdrawn=False)
    assert values == tuple(
        RouteTargetMembership(origin_as=100, route_target=ExtendedCommunity.parse(text))
        for text in ("rt:100:1", "rt:10.0.0.2:0", "rt:10.0.0.2:1")
    )
    assert b"".join(ROW.octets(values, add_path=False)) == field


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("00", DEFAULT_ROUTE_TARGET),
        ("20 0000fc00", RouteTargetMembership(length=32, origin_as=64512)),
        (
            "40 0000fc00 0002fc00",
            RouteTargetMembership(length=64, origin_as=64512, route_target=ExtendedCommunity.parse("rt:64512:0")),
        ),
        (
            "41 0000fc00 0002fc0080",
            RouteTargetMembership(
                length=65, origin_as=64512, route_target=ExtendedCommunity.parse(f"rt:64512:{1 << 31}")
            ),
        ),
        ("60 0000fc00 0002fc0000000064", RouteTargetMembership(origin_as=64512, route_target=TARGET)),
    ],
)
def test_prefixes_of_route_targets(field: str, value: RouteTargetMembership) -> None:
    """None of the bits, the AS alone, the AS of the target, a bit more, all of it."""
    octets = bytes.fromhex(field)
    assert ROW.nlri(octets, add_path=False, withdrawn=False) == (value,)
    assert ROW.octets([value], add_path=False) == [octets]
    (block,) = ROW.blocks(octets, add_path=False, withdrawn=True)[0]
    assert (block.keys, block.rest) == ([octets], b"")


def test_spare_bits_become_zero() -> None:
    """What is beyond the length counts for nothing."""
    (value,) = ROW.nlri(bytes.fromhex("21 0000fc00 ff"), add_path=False, withdrawn=False)
    assert ROW.octets([value], add_path=False) == [bytes.fromhex("21 0000fc00 80")]


@pytest.mark.parametrize("length", [1, 24, 31, 97, 255])
def test_lengths_that_cannot_be_are_told(length: int) -> None:
    """The AS number is no prefix, and 96 bits are all there are."""
    with pytest.raises(ValueError, match=f"membership of {length} bits at octet 1 of the NLRI"):
        ROW.nlri(bytes((0, length)) + bytes(32), add_path=False, withdrawn=False)
    with pytest.raises(ValueError, match=f"membership of {length} bits is not 0 or 32 to 96"):
        RouteTargetMembership(length=length)


@pytest.mark.parametrize("field", ["60 0000fc00 0002fc00000000", "20 0000fc", "60"])
def test_a_field_that_ends_early_is_told(field: str) -> None:
    """Cut short by an octet, or all."""
    with pytest.raises(ValueError, match="cut short at octet 0"):
        ROW.nlri(bytes.fromhex(field), add_path=False, withdrawn=False)


def test_values_that_cannot_be_are_refused() -> None:
    """Bits beyond the length, an AS number beyond 32 bits, another value."""
    with pytest.raises(ValueError, match="bits set beyond"):
        RouteTargetMembership(length=64, origin_as=64512, route_target=TARGET)
    with pytest.raises(ValueError, match="bits set beyond"):
        RouteTargetMembership(length=0, origin_as=64512)
    with pytest.raises(ValueError, match="does not fit 32 bits"):
        RouteTargetMembership(origin_as=1 << 32)
    with pytest.raises(ValueError, match="not a route target membership"):
        ROW.encode(TARGET)


def test_values_for_people() -> None:
    """Origin AS, target, and the length where it is not all."""
    partial = RouteTargetMembership(length=64, origin_as=64512, route_target=ExtendedCommunity.parse("rt:64512:0"))
    values = [
        DEFAULT_ROUTE_TARGET,
        RouteTargetMembership(length=32, origin_as=64512),
        partial,
        RouteTargetMembership(origin_as=64512, route_target=TARGET),
    ]
    target = str(partial.route_target)
    assert list(map(str, values)) == ["default", "64512:*", f"64512:{target}/64", f"64512:{TARGET}"]
