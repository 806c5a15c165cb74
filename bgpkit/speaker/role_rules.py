"""What the roles of two ASes make of a route that comes in: a leak, or one for customers only.

RFC 9234, section 5.
"""

from typing import Final

from bgpkit.wire import AttributeCode, AttributeInputs, attribute_value
from bgpkit_fsm import BgpRole

OTC: Final = int(AttributeCode.ONLY_TO_CUSTOMER)
_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_UNICAST: Final = frozenset({b"\0\1\1", b"\0\2\1"})
"""AFI and SAFI of IPv4 and IPv6 unicast: the procedures MUST NOT be applied to other families by default."""
_FROM_ABOVE: Final = frozenset({BgpRole.CUSTOMER, BgpRole.PEER, BgpRole.RS_CLIENT})
"""Our roles towards a provider, a peer and a route server: what they send goes to customers only."""


def leak(role: BgpRole, peer_asn: int, inputs: AttributeInputs) -> str:
    """Return why a route that came to us in our ``role`` is a leak, or nothing."""
    value = attribute_value(inputs.raw, OTC)
    if value is None or not _is_unicast(inputs):
        return ""
    asn = int.from_bytes(value)
    if role in {BgpRole.PROVIDER, BgpRole.RS}:
        sender = "a customer" if role is BgpRole.PROVIDER else "a client of our route server"
        return f"a route leak: OTC {asn} is on a route from {sender} (RFC 9234)"
    if role is BgpRole.PEER and asn != peer_asn:
        return f"a route leak: OTC {asn} is on a route from the lateral peer AS {peer_asn} (RFC 9234)"
    return ""


def marks(role: BgpRole | None) -> bool:
    """Tell whether OTC is put on routes that come to us in this role."""
    return role in _FROM_ABOVE


def lacks_mark(inputs: AttributeInputs) -> bool:
    """Tell whether a route is of a family that has OTC, and has none."""
    return attribute_value(inputs.raw, OTC) is None and _is_unicast(inputs)


def _is_unicast(inputs: AttributeInputs) -> bool:
    reach = attribute_value(inputs.raw, _MP_REACH)
    return reach is None or reach[:3] in _UNICAST
