"""BGPFilter: rules by which peers of a BGPPeer are told routes, or are believed."""

import re
from collections.abc import Iterator
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_community, parse_interface
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_checks import check_text
from bgpkit_node.resources.field_types import AsNumber, InterfaceName, RoutePriority
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part

_INTERFACE: Final = re.compile(r"[A-Za-z0-9_.*-]{1,15}")
_MOST: Final = 10
"""Operations of a rule, and AS numbers of one."""

PrefixBound = Annotated[int, msgspec.Meta(ge=0, le=128)]


class MatchOperator(Enum):
    """How a prefix is compared with ``cidr``."""

    EQUAL = "Equal"
    NOT_EQUAL = "NotEqual"
    IN = "In"
    NOT_IN = "NotIn"


class FilterAction(Enum):
    """What becomes of a route that a rule matches."""

    ACCEPT = "Accept"
    REJECT = "Reject"


class FilterSource(Enum):
    """Where a route has come from."""

    REMOTE_PEERS = "RemotePeers"


class PeerType(Enum):
    """What a peer is to the node: in another AS, or in its own."""

    EBGP = "eBGP"
    IBGP = "iBGP"


class PrefixLength(Part, frozen=True, kw_only=True):
    """The lengths a prefix may have; None leaves that end to ``cidr``."""

    min: PrefixBound | None = None
    max: PrefixBound | None = None


class CommunityMatch(Part, frozen=True, kw_only=True):
    """Exactly one community, ``aa:nn`` or ``aa:nn:mm``."""

    values: Annotated[tuple[str, ...], msgspec.Meta(max_length=1)]


class AddCommunity(Part, frozen=True, kw_only=True):
    """Add a community, ``aa:nn`` or ``aa:nn:mm``."""

    value: Annotated[str, msgspec.Meta(max_length=32)]


class PrependAsPath(Part, frozen=True, kw_only=True):
    """Put AS numbers in front of the path, the first of them leftmost."""

    prefix: Annotated[tuple[AsNumber, ...], msgspec.Meta(max_length=_MOST)]


class SetPriority(Part, frozen=True, kw_only=True):
    """Give the route a priority; less is better."""

    value: RoutePriority


class FilterOperation(Part, frozen=True, kw_only=True):
    """One change of a route: exactly one of the fields is set."""

    add_community: AddCommunity | None = None
    prepend_as_path: PrependAsPath | None = msgspec.field(default=None, name="prependASPath")
    set_priority: SetPriority | None = None


class BGPFilterRule(Part, frozen=True, kw_only=True):
    """Which routes are meant, all conditions together, and what becomes of them."""

    cidr: Annotated[str, msgspec.Meta(max_length=43)] = ""
    match_operator: MatchOperator | None = None
    prefix_length: PrefixLength | None = None
    source: FilterSource | None = None
    interface: InterfaceName = ""
    peer_type: PeerType | None = None
    communities: CommunityMatch | None = None
    as_path_prefix: tuple[AsNumber, ...] = msgspec.field(default=(), name="asPathPrefix")
    priority: RoutePriority | None = None
    action: FilterAction
    operations: Annotated[tuple[FilterOperation, ...], msgspec.Meta(max_length=_MOST)] = ()

    @property
    def network(self) -> IPv4Network | IPv6Network | None:
        """The range that prefixes are compared with, if any."""
        return parse_interface(self.cidr).network if self.cidr else None

    @property
    def lengths(self) -> range:
        """The lengths that a prefix may have: at least that of ``cidr``; empty when the bounds leave none."""
        network = self.network
        shortest: int = network.prefixlen if network else 0
        longest: int = network.max_prefixlen if network else 128
        bounds = self.prefix_length or PrefixLength()
        if bounds.min is not None:
            shortest = max(shortest, bounds.min)
        if bounds.max is not None:
            longest = min(longest, bounds.max)
        return range(shortest, longest + 1)


class BGPFilterSpec(Part, frozen=True, kw_only=True):
    """The rules, by direction and IP version; in each list the first that matches decides."""

    export_v4: tuple[BGPFilterRule, ...] = ()
    import_v4: tuple[BGPFilterRule, ...] = ()
    export_v6: tuple[BGPFilterRule, ...] = ()
    import_v6: tuple[BGPFilterRule, ...] = ()


class BGPFilter(Resource, frozen=True, kw_only=True):
    """Rules for routes, which BGPPeers name in ``filters``."""

    kind: ClassVar[str] = "BGPFilter"
    spec: BGPFilterSpec = BGPFilterSpec()


def rules_of(spec: BGPFilterSpec) -> Iterator[tuple[str, int, BGPFilterRule]]:
    """Yield the field, the IP version and the rule of all rules."""
    lists = (
        ("exportV4", 4, spec.export_v4),
        ("importV4", 4, spec.import_v4),
        ("exportV6", 6, spec.export_v6),
        ("importV6", 6, spec.import_v6),
    )
    for name, version, rules in lists:
        for index, rule in enumerate(rules):
            yield f"spec.{name}[{index}]", version, rule


def check_bgp_filter(resource: BGPFilter) -> Iterator[Fault]:
    """Yield what is wrong with one filter."""
    yield from check_metadata(resource.metadata)
    for field, version, rule in rules_of(resource.spec):
        yield from _check_prefix(field, version, rule)
        yield from _check_route(field, rule)
        if rule.operations and rule.action is not FilterAction.ACCEPT:
            yield Fault(f"{field}.operations", "can only be used with the action Accept")
        for index, operation in enumerate(rule.operations):
            yield from _check_operation(f"{field}.operations[{index}]", operation)


def warn_bgp_filter(resource: BGPFilter) -> Iterator[str]:
    """Yield what is allowed and never matches."""
    for field, _, rule in rules_of(resource.spec):
        if rule.cidr and not rule.lengths:
            yield f"{resource}: {field}.prefixLength leaves no length of a prefix inside {rule.cidr}"


def _check_prefix(field: str, version: int, rule: BGPFilterRule) -> Iterator[Fault]:
    if bool(rule.cidr) is not bool(rule.match_operator):
        missing = "matchOperator" if rule.cidr else "cidr"
        yield Fault(f"{field}.{missing}", "is required: cidr and matchOperator go together")
    if rule.cidr:
        try:
            parse_interface(rule.cidr, version)
        except ValueError as error:
            yield Fault(f"{field}.cidr", str(error))
        else:
            if "/" not in rule.cidr:
                yield Fault(f"{field}.cidr", f"{rule.cidr} has no prefix length: write {rule.cidr}/24")
    if rule.prefix_length is None:
        return
    if not rule.cidr:
        yield Fault(f"{field}.prefixLength", "can only be set together with cidr")
    most = 32 if version == 4 else 128
    for name, bound in (("min", rule.prefix_length.min), ("max", rule.prefix_length.max)):
        if bound is not None and bound > most:
            yield Fault(f"{field}.prefixLength.{name}", f"must be between 0 and {most}, not {bound}")


def _check_route(field: str, rule: BGPFilterRule) -> Iterator[Fault]:
    if rule.interface and not _INTERFACE.fullmatch(rule.interface):
        yield Fault(f"{field}.interface", f"{rule.interface!r} is not the name of an interface, with * for any part")
    if rule.communities is not None:
        if len(rule.communities.values) != 1:
            yield Fault(f"{field}.communities.values", "takes exactly one community")
        for text in rule.communities.values:
            yield from check_text(f"{field}.communities.values[0]", text or "(empty)", parse_community)


def _check_operation(field: str, operation: FilterOperation) -> Iterator[Fault]:
    chosen = [operation.add_community, operation.prepend_as_path, operation.set_priority]
    if sum(each is not None for each in chosen) != 1:
        yield Fault(field, "takes exactly one of addCommunity, prependASPath and setPriority")
    if operation.add_community is not None:
        value = operation.add_community.value
        yield from check_text(f"{field}.addCommunity.value", value or "(empty)", parse_community)
    if operation.prepend_as_path is not None and not operation.prepend_as_path.prefix:
        yield Fault(f"{field}.prependASPath.prefix", "needs at least one AS number")


_COLUMNS: Final[tuple[Column[BGPFilter], ...]] = (
    Column("NAME", lambda one, _: one.name),
    Column("NUMEXPORT", lambda one, _: str(len(one.spec.export_v4) + len(one.spec.export_v6))),
    Column("NUMIMPORT", lambda one, _: str(len(one.spec.import_v4) + len(one.spec.import_v6))),
)

BGP_FILTER: Final[ResourceKind[BGPFilter]] = ResourceKind(
    name="BGPFilter",
    plural="bgpfilters",
    aliases=frozenset({"bgpf", "bgpfs", "bf", "bfs"}),
    type=BGPFilter,
    narrow=_COLUMNS,
    wide=_COLUMNS,
    check=check_bgp_filter,
    warn=warn_bgp_filter,
)
