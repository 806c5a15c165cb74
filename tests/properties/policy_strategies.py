"""Policies and routes over a small world, so that rules often meet routes."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from hypothesis import strategies as st

from bgpkit.policy import (
    Action,
    AddCommunities,
    AddMed,
    AnyCommunity,
    AsnCondition,
    AsPathContains,
    AsPathLength,
    AsPathMatches,
    Communities,
    Condition,
    DeleteCommunities,
    FamilyIs,
    LocalPrefIn,
    MedIn,
    NeighborAs,
    NextHopIn,
    NumberRange,
    OriginAs,
    OriginIs,
    PeerIs,
    PrefixRange,
    PrefixSet,
    Prepend,
    Quantifier,
    RoutePolicy,
    RouteSource,
    RpkiIs,
    Rule,
    SetLocalPref,
    SetMed,
    SetOrigin,
    SourceIs,
    Then,
)
from bgpkit.rpki import Roa, RoaTable, RpkiState
from bgpkit.wire import encode_attributes
from bgpkit_fsm import IPV4_LABELED_UNICAST, IPV4_UNICAST, IPV4_VPN, IPV6_UNICAST, Family
from bgpkit_rib import (
    AsPath,
    AsSegment,
    AsSegmentKind,
    Community,
    LargeCommunity,
    Origin,
    Path,
    PathAttributes,
    Prefix,
    Source,
    SourceKind,
)

FAMILIES = (IPV4_UNICAST, IPV6_UNICAST, IPV4_VPN, IPV4_LABELED_UNICAST, Family(25, 70))
WIDTHS = {IPV4_UNICAST: 32, IPV4_LABELED_UNICAST: 32, IPV4_VPN: 32, IPV6_UNICAST: 128}
ROAS = (
    Roa(Prefix.parse("10.0.0.0/8"), 16, 65001),
    Roa(Prefix.parse("10.1.0.0/16"), 24, 65002),
    Roa(Prefix.parse("2001:db8::/32"), 48, 65003),
    Roa(Prefix.parse("10.2.0.0/16"), 16, 0),
)
Network = IPv4Network | IPv6Network

asns = st.integers(65001, 65005)


_PALETTE = bytes((0, 1, 2, 128, 255))


def prefixes(width: int) -> st.SearchStrategy[Prefix]:
    """Return prefixes that often lie in one another; the shortest is the default route."""

    def made(drawn: tuple[int, int]) -> Prefix:
        length, number = drawn
        # Few octets are possible, and those at each depth, so that prefixes meet everywhere.
        octets = bytes(_PALETTE[number // int(5**place) % 5] for place in range(7))
        packed = (bytes((0x0A if width == 32 else 0x20,)) + octets + bytes(8))[: width // 8]
        base = int.from_bytes(packed, "big") >> width - length << width - length
        return Prefix.from_network(ip_network((base.to_bytes(width // 8, "big"), length)))

    lengths = (
        st.integers(0, 32) | st.integers(9, 32) if width == 32 else st.sampled_from([0, 3, 16, 32, 33, 48, 64, 128])
    )
    return st.tuples(lengths, st.integers(0, 5**7 - 1)).map(made)


@st.composite
def ranges(draw: st.DrawFn) -> PrefixRange:
    """Draw a prefix with bounds."""
    prefix = draw(st.sampled_from([32, 128]).flatmap(prefixes))
    bounds = sorted(draw(st.lists(st.integers(prefix.length, prefix.width), min_size=2, max_size=2)))
    return PrefixRange(prefix, draw(st.none() | st.just(bounds[0])), draw(st.none() | st.just(bounds[1])))


prefix_sets = st.lists(ranges(), max_size=6).map(tuple).map(PrefixSet)
patterns = st.sampled_from(["64512:*", "*:7", "64512:5-9", "64512:7", "no-export", "64512:*:7", "1:2:3", "*:*:*"])


@st.composite
def _wide_sets(draw: st.DrawFn) -> PrefixSet:
    """Draw a set that divides most blocks: everything from one length on, up to another."""
    outer = draw(st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9", "::/0", "2000::/3"]))
    least, most = sorted((draw(st.integers(9, 32)), draw(st.integers(9, 32))))
    return PrefixSet.of(f"{outer} ge {least} le {most}")


@st.composite
def number_ranges(draw: st.DrawFn, numbers: st.SearchStrategy[int]) -> NumberRange:
    """Draw a range between two numbers."""
    first, last = sorted((draw(numbers), draw(numbers)))
    return NumberRange(first, last)


def _one(condition: type[AsnCondition]) -> st.SearchStrategy[Condition]:
    return number_ranges(asns).map(lambda one: condition((one,)))


@st.composite
def _some_communities(draw: st.DrawFn) -> Condition:
    texts = draw(st.lists(patterns, min_size=1, max_size=3))
    return Communities.of(*texts, quantifier=draw(st.sampled_from(Quantifier)))


small = number_ranges(st.integers(0, 5))
path_conditions: st.SearchStrategy[Condition] = st.one_of(
    _one(OriginAs),
    _one(NeighborAs),
    _one(AsPathContains),
    small.map(AsPathLength),
    asns.map(lambda asn: AsPathMatches.of(f"^{asn}_")),
    _some_communities(),
    (st.none() | small).map(MedIn),
    st.sampled_from([NumberRange(0, 99), NumberRange(100, 100), NumberRange(101, 200)]).map(LocalPrefIn),
    st.sampled_from(Origin).map(OriginIs),
    st.sampled_from(["192.0.2.1", "192.0.2.0/24", "2001:db8::/32"]).map(NextHopIn.of),
    st.sampled_from(["upstream", "198.51.100.1", "198.51.100.0/24"]).map(PeerIs.of),
    st.sampled_from(RouteSource).map(SourceIs.of),
    st.sampled_from(FAMILIES).map(FamilyIs.of),
)
key_conditions: st.SearchStrategy[Condition] = st.one_of(
    _wide_sets(), _wide_sets(), prefix_sets, st.sampled_from(RpkiState).map(RpkiIs)
)


@st.composite
def _put_together(draw: st.DrawFn, inner: st.SearchStrategy[Condition]) -> Condition:
    one, kind = draw(inner), draw(st.sampled_from("&|~"))
    if kind == "~":
        return ~one
    return one & draw(inner) if kind == "&" else one | draw(inner)


conditions = key_conditions | st.recursive(key_conditions | path_conditions, _put_together, max_leaves=4)
added: st.SearchStrategy[AnyCommunity] = st.sampled_from(
    [Community.parse("64512:1"), Community.parse("64512:7"), LargeCommunity(1, 2, 3)]
)
actions: st.SearchStrategy[Action] = st.one_of(
    st.integers(0, 300).map(SetLocalPref),
    st.sampled_from([SetMed(None), SetMed(3), AddMed(2), AddMed(-2)]),
    st.sampled_from(Origin).map(SetOrigin),
    st.builds(Prepend, asns, st.integers(1, 3)),
    st.lists(added, min_size=1, max_size=2).map(tuple).map(AddCommunities),
    patterns.map(DeleteCommunities.of),
)


@st.composite
def rules(draw: st.DrawFn, asked: st.SearchStrategy[Condition]) -> Rule:
    """Draw a rule, half of them without a last word."""
    then = draw(st.sampled_from([Then.NEXT, Then.NEXT, Then.ACCEPT, Then.REJECT]))
    changes = draw(st.lists(actions, min_size=then is Then.NEXT, max_size=2)) if then is not Then.REJECT else []
    return Rule(draw(asked), tuple(changes), then)


@st.composite
def policies(draw: st.DrawFn, asked: st.SearchStrategy[Condition] = conditions) -> RoutePolicy:
    """Draw a policy with ROAs, of rules that ask some conditions."""
    count = draw(st.integers(1, 5))
    found = draw(st.lists(rules(asked), min_size=count, max_size=count))
    return RoutePolicy("drawn", tuple(found), draw(st.booleans()), RoaTable(ROAS), 65000)


segments = st.builds(
    AsSegment,
    st.sampled_from([AsSegmentKind.SEQUENCE] * 4 + [AsSegmentKind.SET, AsSegmentKind.CONFED_SEQUENCE]),
    st.lists(asns, min_size=1, max_size=3).map(tuple),
)
communities = st.lists(
    st.sampled_from([Community.parse(text) for text in ("64512:7", "64512:9", "64512:10", "1:7", "no-export")]),
    max_size=3,
    unique=True,
).map(tuple)
large_communities = st.lists(
    st.sampled_from([LargeCommunity(64512, 1, 7), LargeCommunity(1, 2, 3), LargeCommunity(7, 7, 8)]),
    max_size=2,
    unique=True,
).map(tuple)


@st.composite
def attributes(draw: st.DrawFn, family: Family) -> PathAttributes:
    """Draw attributes of a route of a family."""
    hops = ["2001:db8::1", "2001:db9::1"] if family == IPV6_UNICAST else ["192.0.2.1", "192.0.2.9", "192.0.3.1"]
    hop = draw(st.sampled_from(hops))
    return PathAttributes(
        origin=draw(st.sampled_from(Origin)),
        as_path=AsPath(tuple(draw(st.lists(segments, max_size=2)))),
        next_hop=IPv6Address(hop) if ":" in hop else IPv4Address(hop),
        med=draw(st.none() | st.integers(0, 5)),
        local_pref=draw(st.none() | st.sampled_from([50, 100, 150])),
        communities=draw(communities),
        large_communities=draw(large_communities),
    )


@dataclass(frozen=True)
class Routes:
    """Some routes of one path: attributes as values, and the same as a table holds them."""

    family: Family
    attributes: PathAttributes
    path: Path
    keys: list[bytes]


@st.composite
def routes(draw: st.DrawFn, families: Iterable[Family] = FAMILIES) -> Routes:
    """Draw a path and keys that have it."""
    family = draw(st.sampled_from(list(families)))
    values = draw(attributes(family))
    name, address = draw(st.sampled_from([("upstream", "192.0.2.77"), ("198.51.100.1", "198.51.100.1"), ("us", "")]))
    source = Source(name, draw(st.sampled_from(SourceKind)), address=IPv4Address(address).packed if address else b"")
    hop = values.next_hop.packed if values.next_hop is not None else b""
    width = WIDTHS.get(family)
    if width is None:
        keys = draw(st.lists(st.binary(min_size=3, max_size=6), min_size=1, max_size=5, unique=True))
    else:
        plain = [prefix.key for prefix in draw(st.lists(prefixes(width), min_size=4, max_size=8))]
        keys = [draw(distinguished(key)) for key in plain] if family == IPV4_VPN else plain
    made = Path(source, encode_attributes(values, family), next_hop=hop)
    return Routes(family, values, made, list(dict.fromkeys(keys)))


def distinguished(key: bytes) -> st.SearchStrategy[bytes]:
    """Return the key with one of two route distinguishers before the prefix."""
    return st.sampled_from([bytes(8), bytes(7) + b"\1"]).map(lambda rd: bytes((key[0] + 64,)) + rd + key[1:])
