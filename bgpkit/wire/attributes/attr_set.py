"""ATTR_SET, which carries a customer's path attributes through the provider's network (RFC 6368, section 5)."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bgpkit.wire.attributes.code import OPTIONAL, OPTIONAL_TRANSITIVE, AttributeCode
from bgpkit.wire.attributes.row import AttributeRow, expect, four_octets
from bgpkit.wire.update_context import UpdateContext

if TYPE_CHECKING:
    from bgpkit.wire.attributes.attribute import Attribute

_ORIGIN_AS: Final = 4
_MP: Final = frozenset({AttributeCode.MP_REACH_NLRI, AttributeCode.MP_UNREACH_NLRI})
MAXIMUM_DEPTH: Final = 4
"""How many ATTR_SETs may stand in one another: each is a customer's, so that one is the rule.

RFC 6368 sets no limit; without one a message could nest some nine thousand.
"""


@dataclass(frozen=True, slots=True)
class AttrSet:
    """The path attributes of a customer. ValueError when the AS number does not fit. RFC 6368, section 5."""

    origin_as: int
    """The AS of the customer's network that the attributes are from."""
    attributes: "tuple[Attribute, ...]"
    """In order. Never MP_REACH_NLRI or MP_UNREACH_NLRI; a NEXT_HOP is of no use to who receives it."""

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        four_octets(self.origin_as, "the origin AS of ATTR_SET")

    def __str__(self) -> str:
        """Return origin AS and attributes: ``64512 (ORIGIN igp, LOCAL_PREF 100)``."""
        return f"{self.origin_as} ({', '.join(map(str, self.attributes))})"


def _inner(context: UpdateContext) -> UpdateContext:
    """Return the terms inside: always 4-octet AS numbers, and the customer's internal attributes.

    RFC 6368, section 5.
    """
    if context.four_octet_as and context.internal:
        return context
    return replace(context, four_octet_as=True, internal=True)


def _decode(value: bytes, context: UpdateContext) -> AttrSet:
    return _read(value, _inner(context), 1)


def _read(value: bytes, context: UpdateContext, depth: int) -> AttrSet:
    """Return the attributes of an ATTR_SET that stands in ``depth`` - 1 others; ValueError when it is malformed.

    It is when it holds MP_REACH_NLRI or MP_UNREACH_NLRI, or an attribute that is malformed. RFC 6368, section 5.
    """
    # The module of the list of rows imports this one.
    from bgpkit.wire.attributes.attribute import Attribute, attribute_values

    if depth > MAXIMUM_DEPTH:
        raise ValueError(f"more than {MAXIMUM_DEPTH} ATTR_SETs stand in one another")
    if len(value) < _ORIGIN_AS:
        raise ValueError(f"an ATTR_SET of {len(value)} octets is shorter than {_ORIGIN_AS}")
    attributes = tuple(
        Attribute(flags, code, _read_value(flags, code, octets, context, depth))
        for flags, code, octets, _ in attribute_values(value[_ORIGIN_AS:])
    )
    return AttrSet(int.from_bytes(value[:_ORIGIN_AS], "big"), attributes)


def _read_value(flags: int, code: int, octets: bytes, context: UpdateContext, depth: int) -> object:
    """Return what an attribute in the set says; its octets when it is not known. ValueError when it is malformed."""
    # As in `_read`.
    from bgpkit.wire.attributes.table import ATTRIBUTE_ROWS

    row = ATTRIBUTE_ROWS.get(code)
    if code in _MP:
        raise ValueError(f"an ATTR_SET holds {AttributeCode(code).name}")
    if row is None:
        if not flags & OPTIONAL:
            raise ValueError(f"well-known attribute {code} in an ATTR_SET is not known")
        return octets
    if flags & OPTIONAL_TRANSITIVE != row.flags:
        raise ValueError(f"flags 0x{flags:02x} are wrong for {row.code.name} in an ATTR_SET")
    if len(octets) not in row.lengths:
        raise ValueError(f"{row.code.name} in an ATTR_SET has {len(octets)} octets")
    if code == AttributeCode.ATTR_SET:
        return _read(octets, context, depth + 1)
    try:
        return row.decode(octets, context)
    except ValueError as error:
        raise ValueError(f"{row.code.name} in an ATTR_SET: {error}") from error


def _encode(value: object, context: UpdateContext) -> bytes:
    return _write(expect(AttrSet, value, "ATTR_SET"), _inner(context), 1)


def _write(attr_set: AttrSet, context: UpdateContext, depth: int) -> bytes:
    """Return an ATTR_SET in octets; ValueError for what `_read` would not take, and as `encode_attribute_list`."""
    # As in `_read`.
    from bgpkit.wire.attributes.attribute import Attribute, encode_attribute_list

    if depth > MAXIMUM_DEPTH:
        raise ValueError(f"more than {MAXIMUM_DEPTH} ATTR_SETs stand in one another")
    attributes: list[Attribute] = []
    for attribute in attr_set.attributes:
        if attribute.code in _MP:
            raise ValueError(f"an ATTR_SET holds {AttributeCode(attribute.code).name}")
        nested = attribute.value
        inner = _write(nested, context, depth + 1) if isinstance(nested, AttrSet) else nested
        attributes.append(Attribute(attribute.flags, attribute.code, inner))
    return four_octets(attr_set.origin_as, "ATTR_SET") + encode_attribute_list(attributes, context)


ROWS: Final = (
    AttributeRow(
        code=AttributeCode.ATTR_SET,
        flags=OPTIONAL_TRANSITIVE,
        lengths=range(_ORIGIN_AS, 1 << 16),
        section="RFC 7606, section 7.16",
        decode=_decode,
        encode=_encode,
        value=AttrSet,
        judged_by_value=True,
    ),
)
