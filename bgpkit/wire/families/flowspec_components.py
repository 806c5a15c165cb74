"""What a flow specification matches on: components, operators, values (RFC 8955, section 4.2; RFC 8956, section 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

from bgpkit_rib import Prefix


class FlowComponent(IntEnum):
    """The types of components, in the order in which they stand. RFC 8955, section 4.2.2; RFC 8956, section 3."""

    DESTINATION_PREFIX = 1
    SOURCE_PREFIX = 2
    PROTOCOL = 3
    PORT = 4
    DESTINATION_PORT = 5
    SOURCE_PORT = 6
    ICMP_TYPE = 7
    ICMP_CODE = 8
    TCP_FLAGS = 9
    PACKET_LENGTH = 10
    DSCP = 11
    FRAGMENT = 12
    FLOW_LABEL = 13


class Comparison(IntEnum):
    """What a numeric operator asks for: its bits lt, gt and eq. RFC 8955, section 4.2.1.1."""

    FALSE = 0
    EQUAL = 1
    GREATER = 2
    GREATER_OR_EQUAL = 3
    LESS = 4
    LESS_OR_EQUAL = 5
    NOT_EQUAL = 6
    TRUE = 7


_SIGNS: Final = ("false", "=", ">", ">=", "<", "<=", "!=", "true")
_PREFIXES: Final = frozenset({FlowComponent.DESTINATION_PREFIX, FlowComponent.SOURCE_PREFIX})
_BITMASKS: Final = frozenset({FlowComponent.TCP_FLAGS, FlowComponent.FRAGMENT})
VALUE_WIDTHS: Final[Mapping[FlowComponent, frozenset[int]]] = {
    FlowComponent.TCP_FLAGS: frozenset({1, 2}),
    FlowComponent.DSCP: frozenset({1}),
    FlowComponent.FRAGMENT: frozenset({1}),
}
"""The octets that values must have, where a section says MUST. RFC 8955, sections 4.2.2.9, 4.2.2.11 and 4.2.2.12."""

_KEYWORDS: Final[Mapping[FlowComponent, str]] = {
    FlowComponent.DESTINATION_PREFIX: "dst",
    FlowComponent.SOURCE_PREFIX: "src",
    FlowComponent.PROTOCOL: "proto",
    FlowComponent.PORT: "port",
    FlowComponent.DESTINATION_PORT: "dport",
    FlowComponent.SOURCE_PORT: "sport",
    FlowComponent.ICMP_TYPE: "icmp-type",
    FlowComponent.ICMP_CODE: "icmp-code",
    FlowComponent.TCP_FLAGS: "tcp-flags",
    FlowComponent.PACKET_LENGTH: "length",
    FlowComponent.DSCP: "dscp",
    FlowComponent.FRAGMENT: "fragment",
    FlowComponent.FLOW_LABEL: "flow-label",
}
_PROTOCOLS: Final = {
    1: "icmp",
    2: "igmp",
    6: "tcp",
    17: "udp",
    47: "gre",
    50: "esp",
    51: "ah",
    58: "icmpv6",
    132: "sctp",
}
_BIT_NAMES: Final = {
    FlowComponent.TCP_FLAGS: ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"),
    FlowComponent.FRAGMENT: ("df", "isf", "ff", "lf"),
}
"""The names of the bits, the lowest first. RFC 9293, section 3.1; RFC 8955, section 4.2.2.12."""


@dataclass(frozen=True, slots=True)
class NumericTerm:
    """A numeric operator with its value. ValueError when the value does not fit. RFC 8955, section 4.2.1.1."""

    comparison: Comparison
    value: int
    width: int = 1
    """Octets that the value takes: 1, 2, 4 or 8."""
    and_bit: bool = False
    """Whether this and the term before it must hold, rather than one of them; AND binds tighter than OR."""

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        _check_value(self.value, self.width)


@dataclass(frozen=True, slots=True)
class BitmaskTerm:
    """A bitmask operator with its value. ValueError when the value does not fit. RFC 8955, section 4.2.1.2."""

    value: int
    width: int = 1
    """Octets that the value takes: 1, 2, 4 or 8."""
    match: bool = False
    """Whether all bits of the value must be set in the packet, rather than one of them: (data AND value) == value."""
    negated: bool = False
    """Whether the result is turned round: the not bit."""
    and_bit: bool = False
    """Whether this and the term before it must hold, rather than one of them; AND binds tighter than OR."""

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        _check_value(self.value, self.width)


@dataclass(frozen=True, slots=True)
class FlowPrefix:
    """A destination or source prefix. ValueError for another type of component, or an offset that cannot be.

    RFC 8955, sections 4.2.2.1 and 4.2.2.2; RFC 8956, sections 3.1 and 3.2.
    """

    component: FlowComponent
    prefix: Prefix
    offset: int = 0
    """How many leading bits of an IPv6 address are not looked at; they are zero in ``prefix``."""

    def __post_init__(self) -> None:
        """Refuse what no octets say."""
        if self.component not in _PREFIXES:
            raise ValueError(f"component {self.component.name} takes no prefix")
        if not self.offset:
            return
        if self.prefix.width != 128 or not 0 < self.offset < self.prefix.length:
            raise ValueError(f"offset {self.offset} is not below the length of the IPv6 prefix {self.prefix}")
        if int.from_bytes(self.prefix.packed, "big") >> (128 - self.offset):
            raise ValueError(f"prefix {self.prefix} has bits set before its offset {self.offset}")

    def __str__(self) -> str:
        """Return ``dst 192.0.2.0/24``; with an offset, ``dst ::1234:5678:9a00:0/64-104``."""
        prefix = f"{self.prefix.address}/{self.offset}-{self.prefix.length}" if self.offset else str(self.prefix)
        return f"{_KEYWORDS[self.component]} {prefix}"


@dataclass(frozen=True, slots=True)
class FlowNumbers:
    """A component that compares a number, such as a port. ValueError when there are no terms, or terms cannot be so.

    RFC 8955, sections 4.2.2.3 to 4.2.2.8, 4.2.2.10 and 4.2.2.11; RFC 8956, section 3.7.
    """

    component: FlowComponent
    terms: tuple[NumericTerm, ...]

    def __post_init__(self) -> None:
        """Refuse what no octets say."""
        if self.component in _PREFIXES | _BITMASKS:
            raise ValueError(f"component {self.component.name} takes no numbers")
        _check_terms(self.component, self.terms)

    def __str__(self) -> str:
        """Return ``port >=137&<=139|=8080``."""
        names = _PROTOCOLS if self.component is FlowComponent.PROTOCOL else {}
        return _joined(self.component, ((term.and_bit, _number_text(term, names)) for term in self.terms))


@dataclass(frozen=True, slots=True)
class FlowBits:
    """A component that looks at bits: TCP flags or fragments. ValueError when there are no terms, or none can be so.

    RFC 8955, sections 4.2.2.9 and 4.2.2.12; RFC 8956, section 3.6.
    """

    component: FlowComponent
    terms: tuple[BitmaskTerm, ...]

    def __post_init__(self) -> None:
        """Refuse what no octets say."""
        if self.component not in _BITMASKS:
            raise ValueError(f"component {self.component.name} takes no bitmasks")
        _check_terms(self.component, self.terms)

    def __str__(self) -> str:
        """Return ``tcp-flags =syn&!=ack``; a ``=`` asks for all bits of the value, ``!`` turns the result round."""
        names = _BIT_NAMES[self.component]
        return _joined(self.component, ((term.and_bit, _bits_text(term, names)) for term in self.terms))


FlowMatch: TypeAlias = FlowPrefix | FlowNumbers | FlowBits
"""One component of a flow specification."""


def _check_value(value: int, width: int) -> None:
    if width not in {1, 2, 4, 8}:
        raise ValueError(f"a value of a flow specification takes 1, 2, 4 or 8 octets, not {width}")
    if not 0 <= value < 1 << 8 * width:
        raise ValueError(f"value {value} of a flow specification does not fit {width} octets")


def _check_terms(component: FlowComponent, terms: tuple[NumericTerm, ...] | tuple[BitmaskTerm, ...]) -> None:
    if not terms:
        raise ValueError(f"component {component.name} has no operator")
    if terms[0].and_bit:
        raise ValueError(f"the first operator of component {component.name} has the AND bit set")
    widths = VALUE_WIDTHS.get(component)
    for term in terms:
        if widths is not None and term.width not in widths:
            raise ValueError(f"component {component.name} has a value of {term.width} octets")


def _joined(component: FlowComponent, terms: Iterable[tuple[bool, str]]) -> str:
    texts = [f"{'&' if and_bit else '|'}{text}" for and_bit, text in terms]
    return f"{_KEYWORDS[component]} {''.join(texts)[1:]}"


def _number_text(term: NumericTerm, names: Mapping[int, str]) -> str:
    sign = _SIGNS[term.comparison]
    return sign if sign.isalpha() else f"{sign}{names.get(term.value, term.value)}"


def _bits_text(term: BitmaskTerm, names: tuple[str, ...]) -> str:
    found = [name for bit, name in enumerate(names) if term.value >> bit & 1]
    unnamed = term.value >> len(names) << len(names)
    if unnamed or not found:
        found.append(f"0x{unnamed:x}")
    return f"{'!' if term.negated else ''}{'=' if term.match else ''}{'+'.join(found)}"
