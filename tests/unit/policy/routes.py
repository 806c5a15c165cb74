"""Routes as policies see them, made from a few words."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from bgpkit.policy import Policy, Verdict
from bgpkit.policy.path_facts import PathFacts
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import (
    AsPath,
    Community,
    ExtendedCommunity,
    LargeCommunity,
    Path,
    PathAttributes,
    Prefix,
    Source,
    SourceKind,
)

PEER = Source("upstream", SourceKind.EBGP, address=IPv4Address("198.51.100.1").packed)


def path(
    as_path: str = "",
    *,
    communities: str = "",
    next_hop: str = "192.0.2.1",
    med: int | None = None,
    local_pref: int | None = None,
    source: Source = PEER,
    family: Family = IPV4_UNICAST,
) -> Path:
    """Return a path; communities of any kind stand in one text with spaces between."""
    hop: IPv4Address | IPv6Address = ip_address(next_hop)
    words = communities.split()
    values = PathAttributes(
        as_path=AsPath.parse(as_path),
        next_hop=hop,
        med=med,
        local_pref=local_pref,
        communities=tuple(Community.parse(word) for word in words if word.count(":") < 2 and word[:2] != "rt"),
        large_communities=tuple(
            LargeCommunity.parse(word) for word in words if word[0].isdigit() and word.count(":") > 1
        ),
        extended_communities=tuple(ExtendedCommunity.parse(word) for word in words if word.startswith("rt:")),
    )
    return Path(source, encode_attributes(values, family), next_hop=hop.packed)


def facts(made: Path, family: Family = IPV4_UNICAST) -> PathFacts:
    """Return what conditions look at."""
    return PathFacts(family, made)


def verdict(policy: Policy, prefix: str, made: Path | None = None) -> Verdict:
    """Return what a policy says of one route."""
    found = Prefix.parse(prefix)
    family = IPV4_UNICAST if found.width == 32 else IPV6_UNICAST
    ((answer, _),) = policy.apply(family, path() if made is None else made, [found.key])
    return answer


def outcome(answer: Verdict, made: Path, family: Family = IPV4_UNICAST) -> PathAttributes:
    """Return the attributes that a verdict leaves a path with."""
    return decode_attributes(made.raw if answer.change is None else answer.change.apply(made.raw, family))
