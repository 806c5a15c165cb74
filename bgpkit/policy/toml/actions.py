"""The ``set`` table of a rule."""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final, TypeAlias

from bgpkit.policy.actions import (
    Action,
    AddMed,
    NextHopUnchanged,
    Prepend,
    PrependedAs,
    SetLocalPref,
    SetMed,
    SetNextHop,
    SetNextHopSelf,
    SetOrigin,
    SetWeight,
)
from bgpkit.policy.community_actions import AddCommunities, DeleteCommunities, SetCommunities
from bgpkit.policy.community_pattern import AnyCommunity, CommunityKind
from bgpkit.policy.toml.conditions import origin_of
from bgpkit.policy.toml.node import Node
from bgpkit.policy.toml.sets import Sets
from bgpkit_rib import Community, ExtendedCommunity, IPv6ExtendedCommunity, LargeCommunity

Reader: TypeAlias = Callable[[Node, Sets], Action]

_RELATIVE: Final = re.compile(r"[+-][0-9]{1,10}")


def read_set(node: Node, sets: Sets) -> tuple[Action, ...]:
    """Return the actions that a ``set`` table writes, in its order."""
    found = tuple(READERS[key](each, sets) for key, each in node.table(READERS).items())
    if not found:
        raise node.fault("the table is empty; leave it out to change nothing")
    return found


def _med(node: Node, sets: Sets) -> Action:
    del sets
    if node.value == "none":
        return SetMed(None)
    if not isinstance(node.value, str):
        number = node.number()
        return node.read(lambda: SetMed(number))
    if not _RELATIVE.fullmatch(node.value):
        raise node.fault(f"{node.value!r} is no MED; use a number, '+10', '-10' or 'none'")
    amount = int(node.value)
    return node.read(lambda: AddMed(amount))


def _prepend(node: Node, sets: Sets) -> Action:
    del sets
    asn, times = node, 1
    if isinstance(node.value, dict):
        fields = node.table(("as", "times"))
        if "as" not in fields:
            raise node.fault("there is no 'as'; write it like {as = 64512, times = 3}")
        asn = fields["as"]
        times = fields["times"].number() if "times" in fields else 1
    prepended = asn.choice(PrependedAs) if isinstance(asn.value, str) else asn.number()
    return node.read(lambda: Prepend(prepended, times))


def _next_hop(node: Node, sets: Sets) -> Action:
    del sets
    text = node.text()
    if text == "self":
        return SetNextHopSelf()
    if text == "unchanged":
        return NextHopUnchanged()
    try:
        return SetNextHop(ip_address(text))
    except ValueError as error:
        raise node.fault(f"{text!r} is not possible; use an address, 'self' or 'unchanged'") from error


def _community(node: Node) -> AnyCommunity:
    """Return the one community that a value writes; a pattern cannot be given to a route."""
    text = node.text()
    pattern = Sets().patterns(node, None)[0][0]
    if pattern.exact is None:
        raise node.fault(f"{text!r} is a pattern; a route is given communities one by one")
    match pattern.kind:
        case CommunityKind.STANDARD:
            return Community(int.from_bytes(pattern.exact, "big"))
        case CommunityKind.LARGE:
            return LargeCommunity.parse(text)
        case CommunityKind.EXTENDED:
            return ExtendedCommunity(pattern.exact)
        case CommunityKind.IPV6_EXTENDED:
            return IPv6ExtendedCommunity(pattern.exact)


def _added(node: Node, sets: Sets) -> Action:
    del sets
    return AddCommunities(tuple(map(_community, node.items())))


def _replaced(node: Node, sets: Sets) -> Action:
    del sets
    return SetCommunities(tuple(map(_community, node.items())))


def _deleted(kind: CommunityKind | None) -> Reader:
    return lambda node, sets: DeleteCommunities(sets.patterns(node, kind)[0])


def _number(make: Callable[[int], Action]) -> Reader:
    def read(node: Node, sets: Sets) -> Action:
        del sets
        number = node.number()
        return node.read(lambda: make(number))

    return read


READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "local-pref": _number(SetLocalPref),
        "med": _med,
        "origin": lambda node, _: SetOrigin(origin_of(node)),
        "weight": _number(SetWeight),
        "prepend": _prepend,
        "next-hop": _next_hop,
        "add-communities": _added,
        "set-communities": _replaced,
        "delete-communities": _deleted(None),
        "delete-extended-communities": _deleted(CommunityKind.EXTENDED),
        "delete-ipv6-extended-communities": _deleted(CommunityKind.IPV6_EXTENDED),
        "delete-large-communities": _deleted(CommunityKind.LARGE),
    }
)
"""The keys of a ``set`` table."""
