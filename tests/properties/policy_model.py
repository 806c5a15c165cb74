"""The obvious way to evaluate a policy: one route, one rule after the other, on values."""

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_network

from bgpkit.policy import (
    Action,
    AllOf,
    AnyOf,
    AsPathContains,
    AsPathLength,
    AsPathMatches,
    Communities,
    Condition,
    FamilyIs,
    LocalPrefIn,
    MedIn,
    NeighborAs,
    NextHopIn,
    Not,
    NumberRange,
    OriginAs,
    OriginIs,
    PeerIs,
    PrefixRange,
    PrefixSet,
    Quantifier,
    RoutePolicy,
    RpkiIs,
    SourceIs,
    Then,
)
from bgpkit.rpki import RpkiState
from bgpkit.wire import decode_attributes
from bgpkit_fsm import IPV4_VPN, Family
from bgpkit_rib import (
    AsSegmentKind,
    PathAttributes,
)
from tests.properties.policy_strategies import ROAS, WIDTHS, Routes

Network = IPv4Network | IPv6Network


def network_of(family: Family, key: bytes) -> Network | None:
    """Return the destination as the standard library has it."""
    width = WIDTHS.get(family)
    if width is None:
        return None
    length, octets = key[0], key[1:]
    if family == IPV4_VPN:
        length, octets = length - 64, octets[8:]
    return ip_network((octets.ljust(width // 8, b"\0"), length))


def said(policy: RoutePolicy, found: Routes, key: bytes) -> tuple[bool, int, tuple[Action, ...]]:
    """Return what a policy says of one route: accepted or not, the rule that decided, what is changed."""
    changes: list[Action] = []
    for number, rule in enumerate(policy.rules, 1):
        if not holds(rule.match, found, key):
            continue
        changes += rule.actions
        if rule.then is not Then.NEXT:
            return rule.then is Then.ACCEPT, number, tuple(changes) if rule.then is Then.ACCEPT else ()
    return policy.default, 0, tuple(changes) if policy.default else ()


def holds(condition: Condition, found: Routes, key: bytes) -> bool:
    """Tell whether a condition holds for one route."""
    match condition:
        case AllOf(inner):
            return all(holds(each, found, key) for each in inner)
        case AnyOf(inner):
            return any(holds(each, found, key) for each in inner)
        case Not(inner):
            return not holds(inner, found, key)
        case PrefixSet():
            network = network_of(found.family, key)
            return network is not None and any(inside(each, network) for each in condition.ranges)
        case RpkiIs(state):
            return _state(found, key) is state
        case _:
            return holds_for_path(condition, found)


def inside(each: PrefixRange, network: Network) -> bool:
    """Tell whether a network lies in a range."""
    outer = each.prefix.network
    match outer, network:
        case (IPv4Network(), IPv4Network()) | (IPv6Network(), IPv6Network()):
            within = network.supernet(new_prefix=min(outer.prefixlen, network.prefixlen)) == outer
        case _:
            within = False
    if not within:
        return False
    if each.ge is None and each.le is None:
        return network == outer
    return (each.ge or 0) <= network.prefixlen <= (128 if each.le is None else each.le)


def _state(found: Routes, key: bytes) -> RpkiState:
    network = network_of(found.family, key)
    if network is None or found.family == IPV4_VPN:
        return RpkiState.NOT_FOUND
    path = found.attributes.as_path
    last = path.segments[-1].kind if path.segments else AsSegmentKind.CONFED_SEQUENCE
    origin = {AsSegmentKind.SEQUENCE: path.origin_as, AsSegmentKind.SET: 0}.get(last, 65000)
    covering = [roa for roa in ROAS if inside(PrefixRange.inside(roa.prefix), network)]
    if any(origin and roa.asn == origin and network.prefixlen <= roa.max_length for roa in covering):
        return RpkiState.VALID
    return RpkiState.INVALID if covering else RpkiState.NOT_FOUND


def holds_for_path(condition: Condition, found: Routes) -> bool:
    """Tell whether a condition on the path holds, by what its attributes are as values."""
    values = decode_attributes(found.path.raw)
    path = values.as_path
    numbers = [asn for segment in path.segments for asn in segment.asns]
    match condition:
        case OriginAs(asns=(one,)):
            return path.origin_as in one
        case NeighborAs(asns=(one,)):
            return path.neighbor_as in one
        case AsPathContains(asns=(one,)):
            return any(asn in one for asn in numbers)
        case AsPathLength(lengths):
            return path.length in lengths
        case AsPathMatches(pattern):
            return bool(numbers) and str(pattern) == f"^{numbers[0]}_"
        case Communities():
            return _has_communities(condition, values)
        case MedIn(None):
            return values.med is None
        case MedIn(NumberRange(first, last)):
            return values.med is not None and first <= values.med <= last
        case LocalPrefIn(NumberRange(first, last)):
            return first <= (100 if values.local_pref is None else values.local_pref) <= last
        case OriginIs(origin):
            return values.origin is origin
        case _:
            return _holds_for_source(condition, found)


def _holds_for_source(condition: Condition, found: Routes) -> bool:
    source, hop = found.path.source, found.attributes.next_hop
    match condition:
        case NextHopIn():
            networks = [each.prefix.network for each in condition.prefixes.ranges]
            return any(hop in network for network in networks)
        case PeerIs():
            networks = [each.prefix.network for each in condition.addresses.ranges]
            by_address = any(IPv4Address(source.address) in network for network in networks if source.address)
            return by_address or source.name in condition.names
        case SourceIs(sources):
            names = {"EBGP": "external", "NON_CLIENT": "internal"}
            kinds = {names.get(source.kind.name, source.kind.name.lower())}
            return any(each.value in kinds | ({"internal"} if kinds == {"client"} else set()) for each in sources)
        case FamilyIs(families):
            return found.family in families
        case _:
            raise AssertionError(condition)


def _has_communities(condition: Communities, values: PathAttributes) -> bool:
    texts = [str(each) for each in (*values.communities, *values.large_communities)]
    found = [any(alike(str(pattern), text) for text in texts) for pattern in condition.patterns]
    return {Quantifier.ANY: any(found), Quantifier.ALL: all(found), Quantifier.NONE: not any(found)}[
        condition.quantifier
    ]


def alike(pattern: str, text: str) -> bool:
    """Tell whether a community as text fits a pattern, field by field."""
    if text == "no-export" and pattern != text:
        text = "65535:65281"
    fields, parts = pattern.split(":"), text.split(":")
    return len(fields) == len(parts) and all(
        field in {"*", part} or ("-" in field and "-" not in part and _between(field, part))
        for field, part in zip(fields, parts, strict=True)
    )


def _between(field: str, part: str) -> bool:
    first, _, last = field.partition("-")
    return first.isdecimal() and int(first) <= int(part) <= int(last)
