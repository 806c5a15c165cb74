"""Single communities in the value of COMMUNITIES, and in a block of attributes. RFC 1997."""

from typing import Final

from bgpkit.wire.attribute_block import attribute_value
from bgpkit.wire.attributes.code import AttributeCode
from bgpkit.wire.set_attributes import set_attributes

_COMMUNITIES: Final = int(AttributeCode.COMMUNITIES)
_LENGTH: Final = 4


def holds_community(value: bytes, community: int) -> bool:
    """Tell whether ``community`` is among those of ``value``, four octets each."""
    octets = community.to_bytes(_LENGTH, "big")
    place = value.find(octets)
    while place % _LENGTH and place >= 0:  # the octets of two that stand side by side
        place = value.find(octets, place + 1)
    return place >= 0


def with_communities(raw: bytes, *communities: int) -> bytes:
    """Return the block ``raw`` with ``communities`` behind those that it has; the very block when it has them.

    ValueError when the attribute would exceed 65,535 octets.
    """
    value = attribute_value(raw, _COMMUNITIES) or b""
    missing = [each.to_bytes(_LENGTH, "big") for each in communities if not holds_community(value, each)]
    return set_attributes(raw, {_COMMUNITIES: value + b"".join(missing)}) if missing else raw
