"""The order in which flow specifications are applied to traffic (RFC 8955, section 5.1; RFC 8956, section 4)."""

from collections.abc import Iterable
from functools import cmp_to_key
from itertools import zip_longest

from bgpkit.wire.families.flowspec import FlowSpecRule
from bgpkit.wire.families.flowspec_components import FlowMatch, FlowPrefix
from bgpkit.wire.families.flowspec_octets import write_component


def in_order_of_precedence(rules: Iterable[FlowSpecRule]) -> tuple[FlowSpecRule, ...]:
    """Return the rules of one family, the first to be tried first.

    The order depends on the components alone, so that all routers have the same. Rules whose components are equal,
    of different VPNs, stay in the order given.

    RFC 8955, section 5.1; RFC 8956, section 4.
    """
    return tuple(sorted(rules, key=cmp_to_key(_compare_rules)))


def _compare_rules(first: FlowSpecRule, second: FlowSpecRule) -> int:
    """Return a negative number when ``first`` has the higher precedence, a positive one when ``second`` has."""
    for one, other in zip_longest(first.components, second.components):
        result = _compare(one, other)
        if result:
            return result
    return 0


def _compare(one: FlowMatch | None, other: FlowMatch | None) -> int:
    """Compare the components at one place; the rule that has one, or one of a lower type, has the higher precedence."""
    if one is None or other is None:
        return (one is None) - (other is None)
    if one.component is not other.component:
        return one.component - other.component
    if isinstance(one, FlowPrefix) and isinstance(other, FlowPrefix):
        return _compare_prefixes(one, other)
    return _compare_octets(write_component(one), write_component(other))


def _compare_prefixes(one: FlowPrefix, other: FlowPrefix) -> int:
    """Put the lower offset first, then the more specific prefix, then the lower address."""
    if one.offset != other.offset:
        return one.offset - other.offset
    if one.prefix.contains(other.prefix) or other.prefix.contains(one.prefix):
        return other.prefix.length - one.prefix.length
    return -1 if one.prefix.packed < other.prefix.packed else 1


def _compare_octets(one: bytes, other: bytes) -> int:
    """Put the lower string first, and of two where one starts with the other the longer."""
    if one.startswith(other) or other.startswith(one):
        return len(other) - len(one)
    return -1 if one < other else 1
