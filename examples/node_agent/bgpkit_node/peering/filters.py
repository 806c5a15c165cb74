"""BGPFilters as policies of the speaker: which routes a peer is told, which are taken from it, and with what changes.

Calico's filters compare priorities, less being better, where BGP has LOCAL_PREF: one is the other subtracted from
2147483647, and a route of the node's own has priority 1024.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Community, LargeCommunity, Prefix
from bgpkit.policy import (
    ACCEPT_ALL,
    Action,
    AddCommunities,
    AsPathMatches,
    Communities,
    Condition,
    FamilyIs,
    LocalPrefIn,
    NextHopUnchanged,
    NumberRange,
    Policy,
    PrefixPolicy,
    PrefixRange,
    PrefixSet,
    Prepend,
    RoutePolicy,
    RouteSource,
    Rule,
    SetLocalPref,
    SourceIs,
    Then,
)
from bgpkit_node.resources.bgp_filter import (
    BGPFilter,
    BGPFilterRule,
    FilterAction,
    FilterOperation,
    MatchOperator,
    PeerType,
    rules_of,
)

OWN_PRIORITY: Final = 1024
"""The priority of routes that the node itself announces."""

_WORST: Final = (1 << 31) - 1
_FAMILIES: Final = {4: IPV4_UNICAST, 6: IPV6_UNICAST}
_LOCAL: Final = SourceIs.of(RouteSource.LOCAL)


def import_policy(filters: Sequence[BGPFilter], peer: PeerType, *, kept_out: Sequence[str] = ()) -> Policy:
    """Return what is taken from a peer: what the first rule that matches says, and else all not in ``kept_out``."""
    unwanted = tuple(
        Rule(PrefixSet.inside((Prefix.parse(cidr),), cidr), then=Then.REJECT, name=f"service addresses {cidr}")
        for cidr in kept_out
    )
    rules = (*_rules(filters, "import", peer), *unwanted)
    title = ", ".join(filter(None, (_title(filters), "service addresses" if kept_out else "")))
    return RoutePolicy(title, rules, default=True) if rules else ACCEPT_ALL


def export_policy(
    filters: Sequence[BGPFilter],
    peer: PeerType,
    otherwise: PrefixPolicy,
    *,
    advertised: Sequence[tuple[str, tuple[str, ...]]] = (),
    keep_next_hop: bool = False,
    served_elsewhere: Sequence[str] = (),
) -> Policy:
    """Return what a peer is told: what the first rule that matches says, and else what ``otherwise`` lets pass.

    What no rule has decided on gets the communities of all ranges in ``advertised`` that it lies in. With
    ``keep_next_hop`` an external peer gets routes with the next hop they came with; else those of other nodes in the
    ranges ``served_elsewhere``, where packets are to go to that node and not by this one.
    """
    rules = (*_rules(filters, "export", peer), *_marks(advertised))
    if keep_next_hop:
        rules = (Rule(actions=(NextHopUnchanged(),), name="next hop kept"), *rules)
    else:
        rules = (*_kept_next_hops(served_elsewhere), *rules)
    if not rules:
        return otherwise
    rest = tuple(
        Rule(rule.prefixes, then=Then.ACCEPT if rule.accept else Then.REJECT, name=str(rule.prefix))
        for rule in otherwise.rules
    )
    return RoutePolicy(
        ", ".join(filter(None, (_title(filters), otherwise.name))), (*rules, *rest), default=otherwise.default
    )


def _marks(advertised: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[Rule]:
    for cidr, communities in advertised:
        if communities:
            action = AddCommunities.of(*map(_community, communities))
            yield Rule(PrefixSet.inside((Prefix.parse(cidr),), cidr), (action,), name=f"advertised as in {cidr}")


def _kept_next_hops(ranges: Sequence[str]) -> Iterator[Rule]:
    for cidr in ranges:
        inside = PrefixSet.inside((Prefix.parse(cidr),), cidr)
        yield Rule(inside & ~_LOCAL, (NextHopUnchanged(),), name=f"next hop kept in {cidr}")


def _title(filters: Sequence[BGPFilter]) -> str:
    return ", ".join(one.name for one in filters)


def _rules(filters: Sequence[BGPFilter], direction: str, peer: PeerType) -> Iterator[Rule]:
    """Yield the rules of one direction that are for such a peer, in order.

    Rules for an interface match nothing: the speaker knows of none.
    """
    for one in filters:
        for field, version, rule in rules_of(one.spec):
            if field.startswith(f"spec.{direction}") and rule.peer_type in {None, peer} and not rule.interface:
                yield Rule(
                    _condition(rule, version),
                    actions=tuple(action for operation in rule.operations for action in _actions(operation)),
                    then=Then.ACCEPT if rule.action is FilterAction.ACCEPT else Then.REJECT,
                    name=f"{one.name} {field.removeprefix('spec.')}",
                )


def _condition(rule: BGPFilterRule, version: int) -> Condition:
    """Return when ``rule`` matches."""
    condition: Condition = FamilyIs.of(_FAMILIES[version])
    if rule.match_operator is not None:
        condition &= _prefix(rule, rule.match_operator)
    if rule.source is not None:
        condition &= ~_LOCAL
    if rule.communities is not None:
        condition &= Communities.of(*rule.communities.values)
    if rule.as_path_prefix:
        condition &= AsPathMatches.of(f"^{' '.join(map(str, rule.as_path_prefix))}")
    if rule.priority is not None:
        condition &= _priority(rule.priority)
    return condition


def _prefix(rule: BGPFilterRule, operator: MatchOperator) -> Condition:
    prefix, lengths = Prefix.parse(str(rule.network)), rule.lengths
    if operator in {MatchOperator.EQUAL, MatchOperator.NOT_EQUAL}:
        lengths = range(prefix.length, prefix.length + (prefix.length in lengths))
    inside = (PrefixRange(prefix, lengths[0], lengths[-1]),) if lengths else ()
    found = PrefixSet(inside, rule.cidr)
    return ~found if operator in {MatchOperator.NOT_EQUAL, MatchOperator.NOT_IN} else found


def _priority(priority: int) -> Condition:
    learned = ~_LOCAL & LocalPrefIn(NumberRange.of(_WORST - priority))
    return learned | _LOCAL if priority == OWN_PRIORITY else learned


def _actions(operation: FilterOperation) -> Iterator[Action]:
    if operation.add_community is not None:
        yield AddCommunities.of(_community(operation.add_community.value))
    if operation.prepend_as_path is not None:
        for asn in reversed(operation.prepend_as_path.prefix):
            yield Prepend(asn)
    if operation.set_priority is not None:
        yield SetLocalPref(_WORST - operation.set_priority.value)


def _community(text: str) -> Community | LargeCommunity:
    return LargeCommunity.parse(text) if text.count(":") == 2 else Community.parse(text)
