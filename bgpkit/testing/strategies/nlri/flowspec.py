"""Flow specifications (RFC 8955, RFC 8956)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import numbers, route_distinguishers
from bgpkit.testing.strategies.prefixes import prefixes_of_width
from bgpkit.wire.families.flowspec import FlowSpecRule
from bgpkit.wire.families.flowspec_components import (
    VALUE_WIDTHS,
    BitmaskTerm,
    Comparison,
    FlowBits,
    FlowComponent,
    FlowMatch,
    FlowNumbers,
    FlowPrefix,
    NumericTerm,
)
from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit_rib import Prefix

_PREFIXES: Final = frozenset({FlowComponent.DESTINATION_PREFIX, FlowComponent.SOURCE_PREFIX})
_BITMASKS: Final = frozenset({FlowComponent.TCP_FLAGS, FlowComponent.FRAGMENT})
_COMPONENTS: Final = {32: list(FlowComponent)[:-1], 128: list(FlowComponent)}
_FRAGMENT_BITS: Final = {32: 0x0F, 128: 0x0E}
_ANY_WIDTH: Final = frozenset({1, 2, 4, 8})


def flow_rules(width: int, *, vpn: bool = False) -> st.SearchStrategy[FlowSpecRule]:
    """Return rules of up to 4 components for addresses of ``width`` bits; with a route distinguisher for VPNs."""
    kinds = st.lists(st.sampled_from(_COMPONENTS[width]), unique=True, max_size=4).map(sorted)
    components = kinds.flatmap(lambda found: st.tuples(*(flow_matches(kind, width) for kind in found)))
    return st.builds(FlowSpecRule, components, route_distinguishers() if vpn else st.none())


def flow_matches(component: FlowComponent, width: int) -> st.SearchStrategy[FlowMatch]:
    """Return components of one type for addresses of ``width`` bits."""
    if component in _PREFIXES:
        return _prefixes(component, width)
    if component in _BITMASKS:
        return _bits(component, width)
    return _numbers(component)


@st.composite
def _prefixes(draw: st.DrawFn, component: FlowComponent, width: int) -> FlowPrefix:
    """Draw a prefix; one of IPv6 may have an offset, before which it is zero. RFC 8956, section 3.1."""
    prefix = draw(prefixes_of_width(width))
    offset = draw(st.integers(0, prefix.length - 1)) if width == 128 and prefix.length else 0
    low = int.from_bytes(prefix.packed, "big") & (1 << width - offset) - 1
    octets = low.to_bytes(width // 8, "big")[: (prefix.length + 7) // 8]
    return FlowPrefix(component, Prefix(bytes((prefix.length,)) + octets, width), offset)


@st.composite
def _numbers(draw: st.DrawFn, component: FlowComponent) -> FlowNumbers:
    """Draw comparisons; the first of them is not joined to another. RFC 8955, section 4.2.1.1."""
    found: list[NumericTerm] = []
    for _ in range(draw(st.integers(1, 3))):
        size = draw(st.sampled_from(sorted(VALUE_WIDTHS.get(component, _ANY_WIDTH))))
        and_bit = bool(found) and draw(st.booleans())
        found.append(NumericTerm(draw(st.sampled_from(Comparison)), draw(numbers(8 * size)), size, and_bit))
    return FlowNumbers(component, tuple(found))


@st.composite
def _bits(draw: st.DrawFn, component: FlowComponent, width: int) -> FlowBits:
    """Draw bitmasks; those of fragments have no reserved bits. RFC 8955, section 4.2.2.12; RFC 8956, section 3.6."""
    found: list[BitmaskTerm] = []
    for _ in range(draw(st.integers(1, 3))):
        size = draw(st.sampled_from(sorted(VALUE_WIDTHS[component])))
        value = draw(numbers(8 * size))
        if component is FlowComponent.FRAGMENT:
            value &= _FRAGMENT_BITS[width]
        and_bit = bool(found) and draw(st.booleans())
        found.append(BitmaskTerm(value, size, draw(st.booleans()), draw(st.booleans()), and_bit))
    return FlowBits(component, tuple(found))


def opaque_flow_rules() -> st.SearchStrategy[OpaqueNlri]:
    """Return rules of layer 2, which are carried octet for octet behind their length."""
    return st.binary(max_size=60).map(lambda value: OpaqueNlri(bytes((len(value),)) + value))
