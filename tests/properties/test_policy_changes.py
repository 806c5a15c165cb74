"""Changing octets does what decoding, changing values and encoding does."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.policy import (
    Action,
    AddCommunities,
    AddMed,
    Change,
    CommunityPattern,
    DeleteCommunities,
    Prepend,
    PrependedAs,
    SetCommunities,
    SetLocalPref,
    SetMed,
    SetNextHop,
    SetNextHopSelf,
    SetOrigin,
    SetWeight,
)
from bgpkit.testing import strategies as bgp
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV4_VPN, IPV6_UNICAST, IPV6_VPN, L2VPN_EVPN, Family
from bgpkit_rib import (
    AsPath,
    AsSegment,
    AsSegmentKind,
    Community,
    ExtendedCommunity,
    IPv6ExtendedCommunity,
    LargeCommunity,
    Origin,
    PathAttributes,
)

U32 = (1 << 32) - 1
FAMILIES = (IPV4_UNICAST, IPV6_UNICAST, IPV4_VPN, IPV6_VPN, L2VPN_EVPN)
AnyCommunity = Community | LargeCommunity | ExtendedCommunity | IPv6ExtendedCommunity
KINDS: tuple[type[AnyCommunity], ...] = (Community, LargeCommunity, ExtendedCommunity, IPv6ExtendedCommunity)
some: st.SearchStrategy[AnyCommunity] = st.sampled_from(
    [
        Community.parse("64512:1"),
        Community.parse("64512:2"),
        Community.parse("no-export"),
        LargeCommunity(64512, 1, 1),
        LargeCommunity(64512, 2, 1),
        ExtendedCommunity.parse("rt:64512:1"),
        ExtendedCommunity.parse("rt:64513:1"),
        IPv6ExtendedCommunity.parse("rt:[2001:db8::1]:1"),
    ]
)
lists = st.lists(some, min_size=1, max_size=4).map(tuple)
u32 = st.integers(0, U32)
actions: st.SearchStrategy[Action] = st.one_of(
    u32.map(SetLocalPref),
    (st.none() | u32).map(SetMed),
    st.one_of(st.integers(-U32, U32), st.integers(-20, 20)).map(AddMed),
    st.sampled_from(Origin).map(SetOrigin),
    st.integers(0, 65535).map(SetWeight),
    st.builds(Prepend, bgp.asns() | st.sampled_from(PrependedAs), st.integers(1, 64)),
    st.sampled_from(["192.0.2.99", "203.0.113.1"]).map(lambda text: SetNextHop(IPv4Address(text))),
    st.just(SetNextHop(IPv6Address("2001:db8::99"))),
    st.just(SetNextHopSelf()),
    lists.map(AddCommunities),
    lists.map(SetCommunities),
    some.map(lambda one: DeleteCommunities((CommunityPattern.of(one),))),
)


@st.composite
def blocks(draw: st.DrawFn) -> tuple[PathAttributes, Family]:
    """Draw attributes that often have the communities that actions know."""
    family = draw(st.sampled_from(FAMILIES))
    values = draw(bgp.path_attributes(family))
    for one in draw(st.lists(some, max_size=4, unique=True)):
        values = with_members(
            values, type(one), [*(each for each in members_of(values, type(one)) if each != one), one]
        )
    return values, family


@settings(deadline=None, max_examples=150)
@given(blocks(), st.lists(actions, max_size=5))
def test_changing_octets_is_changing_values(drawn: tuple[PathAttributes, Family], wanted: list[Action]) -> None:
    """The outcome says what the changed values say; where these cannot be written, the change is a ValueError."""
    values, family = drawn
    raw = encode_attributes(values, family)
    values = decode_attributes(raw)
    change = Change(tuple(wanted))
    for action in wanted:
        values = changed(values, action)
    hop = next((each for each in reversed(wanted) if isinstance(each, SetNextHop | SetNextHopSelf)), None)
    if isinstance(hop, SetNextHop):
        values = replace(values, next_hop=hop.address, link_local_next_hop=None)
    try:
        expected = decode_attributes(encode_attributes(values, family))
    except ValueError:
        expected = None
    try:
        made = change.apply(raw, family)
    except ValueError:
        assert expected is None
        return
    assert expected is not None
    assert _flat(decode_attributes(made)) == _flat(expected)


@settings(deadline=None, max_examples=75)
@given(blocks(), st.lists(actions, max_size=4), st.lists(actions, max_size=4))
def test_two_changes_one_after_the_other_are_one(
    drawn: tuple[PathAttributes, Family], first: list[Action], second: list[Action]
) -> None:
    """Rules that leave it to the next one compose; next hops aside, of which the last counts."""
    values, family = drawn
    one, two = (Change(tuple(each for each in part if not isinstance(each, SetNextHop))) for part in (first, second))
    raw = encode_attributes(values, family)
    assert one.then(two).apply(raw, family) == two.apply(one.apply(raw, family), family)


@settings(deadline=None, max_examples=75)
@given(blocks(), st.lists(actions, max_size=4))
def test_what_no_action_sets_stays_octet_for_octet(drawn: tuple[PathAttributes, Family], wanted: list[Action]) -> None:
    """Only attributes whose codes the change names differ."""
    values, family = drawn
    raw = encode_attributes(values, family)
    change = Change(tuple(wanted))
    try:
        made = change.apply(raw, family)
    except ValueError:
        return
    before, after = _attributes(raw), _attributes(made)
    assert {code for code in before.keys() | after.keys() if before.get(code) != after.get(code)} <= change.codes
    assert list(after) == sorted(after)


def changed(values: PathAttributes, action: Action) -> PathAttributes:
    """Return the values after one action, the next hop aside."""
    match action:
        case SetLocalPref(number):
            return replace(values, local_pref=number)
        case SetMed(number):
            return replace(values, med=number)
        case AddMed(amount):
            return replace(values, med=max(0, min(U32, (values.med or 0) + amount)))
        case SetOrigin(origin):
            return replace(values, origin=origin)
        case Prepend(PrependedAs(), times):
            first = values.as_path.first_as
            return _prepended(values, first, times) if first and action.asn is PrependedAs.LAST else values
        case Prepend(int() as asn, times):
            return _prepended(values, asn, times)
        case AddCommunities(found):
            for one in found:
                present = members_of(values, type(one))
                if one not in present:
                    values = with_members(values, type(one), [*present, one])
            return values
        case SetCommunities(found):
            for kind in {type(one) for one in found}:
                values = with_members(values, kind, list(dict.fromkeys(one for one in found if isinstance(one, kind))))
            return values
        case DeleteCommunities((pattern,)):
            for kind in KINDS:
                left = [one for one in members_of(values, kind) if str(one) != str(pattern)]
                values = with_members(values, kind, left)
            return values
        case _:
            return values


def members_of(values: PathAttributes, kind: type[AnyCommunity]) -> list[AnyCommunity]:
    """Return the communities of one kind."""
    every = (
        *values.communities,
        *values.large_communities,
        *values.extended_communities,
        *values.ipv6_extended_communities,
    )
    return [one for one in every if type(one) is kind]


def with_members(values: PathAttributes, kind: type[AnyCommunity], found: list[AnyCommunity]) -> PathAttributes:
    """Return the values with other communities of one kind."""
    if kind is Community:
        return replace(values, communities=tuple(one for one in found if isinstance(one, Community)))
    if kind is LargeCommunity:
        return replace(values, large_communities=tuple(one for one in found if isinstance(one, LargeCommunity)))
    if kind is ExtendedCommunity:
        return replace(values, extended_communities=tuple(one for one in found if isinstance(one, ExtendedCommunity)))
    wide = tuple(one for one in found if isinstance(one, IPv6ExtendedCommunity))
    return replace(values, ipv6_extended_communities=wide)


def _prepended(values: PathAttributes, asn: int, times: int) -> PathAttributes:
    return replace(
        values, as_path=AsPath((AsSegment(AsSegmentKind.SEQUENCE, (asn,) * times), *values.as_path.segments))
    )


def _flat(values: PathAttributes) -> tuple[list[tuple[AsSegmentKind, int]], PathAttributes]:
    """Return the values with the path as a list: how long its segments are does not matter."""
    numbers = [(segment.kind, asn) for segment in values.as_path.segments for asn in segment.asns]
    return numbers, replace(values, as_path=AsPath())


def _attributes(raw: bytes) -> dict[int, bytes]:
    """Return the attributes of a block by code, in their order, cut without any other code of ours."""
    found: dict[int, bytes] = {}
    while raw:
        size = 4 + int.from_bytes(raw[2:4], "big") if raw[0] & 0x10 else 3 + raw[2]
        found[raw[1]], raw = raw[:size], raw[size:]
    return found
