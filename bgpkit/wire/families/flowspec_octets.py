"""The components of a flow specification in octets (RFC 8955, section 4.2; RFC 8956, section 3)."""

from collections.abc import Callable
from typing import Final, TypeVar, assert_never

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
from bgpkit_rib import Prefix

_Term = TypeVar("_Term")

_END_OF_LIST: Final = 0x80
_AND: Final = 0x40
_NOT: Final = 0x02
_MATCH: Final = 0x01
_COMPARISON: Final = 0x07
_NUMERIC_BITS: Final = 0xF7
"""All bits of a numeric operator but the reserved one. RFC 8955, section 4.2.1.1."""
_BITMASK_BITS: Final = 0xF3
"""All bits of a bitmask operator but the reserved ones. RFC 8955, section 4.2.1.2."""
_FRAGMENT_BITS: Final = {32: 0x0F, 128: 0x0E}
"""The bits that FRAGMENT may have, by width of addresses. RFC 8955, section 4.2.2.12; RFC 8956, section 3.6."""
_LAST: Final = {32: FlowComponent.FRAGMENT, 128: FlowComponent.FLOW_LABEL}
_OPERATOR_BITS: Final = tuple(
    _BITMASK_BITS if kind in {FlowComponent.TCP_FLAGS, FlowComponent.FRAGMENT} else _NUMERIC_BITS for kind in range(14)
)


def canonical_components(octets: bytes, width: int) -> bytes:
    """Return components for addresses of ``width`` bits with all zero that is to be ignored.

    These are the reserved bits of operators and fragments, the AND bit of a first operator and the bits that pad a
    prefix. ValueError when the components are malformed: of an unknown type, out of order, twice, longer than what
    there is, or of a form that a MUST forbids.

    RFC 8955, section 4.2; RFC 8956, section 3.
    """
    out = bytearray(octets)
    offset, end, before = 0, len(out), 0
    try:
        while offset < end:
            kind = out[offset]
            if not before < kind <= _LAST[width]:
                raise ValueError(_complaint(kind, before))
            before = kind
            if kind <= FlowComponent.SOURCE_PREFIX:
                offset = _clean_prefix(out, offset + 1, width)
            else:
                offset = _clean_terms(out, offset + 1, FlowComponent(kind), width)
    except IndexError:
        offset = end + 1
    if offset != end:
        raise ValueError(f"flow specification component {FlowComponent(before).name} is cut short")
    return bytes(out)


def _complaint(kind: int, before: int) -> str:
    if 0 < kind == before:
        return f"flow specification component {FlowComponent(kind).name} comes twice"
    if 0 < kind < before:
        return f"flow specification component {FlowComponent(kind).name} comes after {FlowComponent(before).name}"
    return f"flow specification component type {kind} is not known"


def _clean_prefix(out: bytearray, offset: int, width: int) -> int:
    """Clear the padding of a prefix whose length octet is at ``offset``, and return where it stops."""
    length, skipped, start = out[offset], 0, offset + 1
    if width == 128:
        skipped, start = out[start], start + 1
    if length > width or (skipped and skipped >= length):
        raise ValueError(f"a prefix of {length} bits with an offset of {skipped} in a flow specification")
    bits = length - skipped
    stop = start + (bits + 7) // 8
    if bits % 8:
        out[stop - 1] &= 0xFF00 >> bits % 8 & 0xFF
    return stop


def _clean_terms(out: bytearray, offset: int, component: FlowComponent, width: int) -> int:
    """Clear what is to be ignored in the operators from ``offset`` on, and return where they stop."""
    mask = _OPERATOR_BITS[component] & ~_AND
    widths = VALUE_WIDTHS.get(component)
    while True:
        out[offset] &= mask
        operator = out[offset]
        size = 1 << (operator >> 4 & 3)
        if widths is not None and size not in widths:
            raise ValueError(f"flow specification component {component.name} has a value of {size} octets")
        if component is FlowComponent.FRAGMENT:
            out[offset + 1] &= _FRAGMENT_BITS[width]
        offset += 1 + size
        if operator & _END_OF_LIST:
            return offset
        mask |= _AND


def read_components(octets: bytes, width: int) -> tuple[FlowMatch, ...]:
    """Return the values of components as `canonical_components` leaves them."""
    found: list[FlowMatch] = []
    offset = 0
    while offset < len(octets):
        component = FlowComponent(octets[offset])
        value: FlowMatch
        match component:
            case FlowComponent.DESTINATION_PREFIX | FlowComponent.SOURCE_PREFIX:
                offset, value = _read_prefix(octets, offset + 1, component, width)
            case FlowComponent.TCP_FLAGS | FlowComponent.FRAGMENT:
                offset, bits = _read_terms(octets, offset + 1, _bitmask_term)
                value = FlowBits(component, bits)
            case _:
                offset, numbers = _read_terms(octets, offset + 1, _numeric_term)
                value = FlowNumbers(component, numbers)
        found.append(value)
    return tuple(found)


def _read_prefix(octets: bytes, offset: int, component: FlowComponent, width: int) -> tuple[int, FlowPrefix]:
    length, skipped, start = octets[offset], 0, offset + 1
    if width == 128:
        skipped, start = octets[start], start + 1
    bits = length - skipped
    stop = start + (bits + 7) // 8
    number = int.from_bytes(octets[start:stop], "big") >> -bits % 8 << (width - length)
    key = bytes((length,)) + number.to_bytes(width // 8, "big")[: (length + 7) // 8]
    return stop, FlowPrefix(component, Prefix(key, width), skipped)


def _read_terms(octets: bytes, offset: int, term: Callable[[int, int, int], _Term]) -> tuple[int, tuple[_Term, ...]]:
    found: list[_Term] = []
    operator = 0
    while not operator & _END_OF_LIST:
        operator = octets[offset]
        size = 1 << (operator >> 4 & 3)
        start, offset = offset + 1, offset + 1 + size
        found.append(term(operator, int.from_bytes(octets[start:offset], "big"), size))
    return offset, tuple(found)


def _numeric_term(operator: int, value: int, size: int) -> NumericTerm:
    return NumericTerm(Comparison(operator & _COMPARISON), value, size, bool(operator & _AND))


def _bitmask_term(operator: int, value: int, size: int) -> BitmaskTerm:
    return BitmaskTerm(value, size, bool(operator & _MATCH), bool(operator & _NOT), bool(operator & _AND))


def write_component(component: FlowMatch) -> bytes:
    """Return a component in octets, with its type. RFC 8955, section 4.2.2."""
    kind = bytes((component.component,))
    match component:
        case FlowPrefix(prefix=prefix, offset=skipped):
            return kind + _prefix_octets(prefix, skipped)
        case FlowNumbers(terms=numbers):
            return kind + _terms_octets([(_numeric_operator(term), term.value, term.width) for term in numbers])
        case FlowBits(terms=bits):
            return kind + _terms_octets([(_bitmask_operator(term), term.value, term.width) for term in bits])
        case _:
            assert_never(component)


def _prefix_octets(prefix: Prefix, skipped: int) -> bytes:
    if prefix.width == 32:
        return prefix.key
    bits = prefix.length - skipped
    number = int.from_bytes(prefix.packed, "big") >> (128 - prefix.length) << -bits % 8
    return bytes((prefix.length, skipped)) + number.to_bytes((bits + 7) // 8, "big")


def _terms_octets(terms: list[tuple[int, int, int]]) -> bytes:
    """Return operators with their values; the last has the end-of-list bit. RFC 8955, section 4.2.1."""
    out = bytearray()
    for place, (operator, value, size) in enumerate(terms, 1):
        end = _END_OF_LIST if place == len(terms) else 0
        out.append(operator | end | (size.bit_length() - 1) << 4)
        out += value.to_bytes(size, "big")
    return bytes(out)


def _numeric_operator(term: NumericTerm) -> int:
    return term.comparison | (_AND if term.and_bit else 0)


def _bitmask_operator(term: BitmaskTerm) -> int:
    return (_MATCH if term.match else 0) | (_NOT if term.negated else 0) | (_AND if term.and_bit else 0)
