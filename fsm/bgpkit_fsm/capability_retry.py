"""What to offer a peer that has refused our OPEN for its capabilities. RFC 5492, sections 3 and 5."""

from collections.abc import Iterator
from dataclasses import replace

from bgpkit_fsm.capability import Capability, FourOctetAsCapability, MultiprotocolCapability
from bgpkit_fsm.capability_code import MULTIPROTOCOL_CODE, capability_code
from bgpkit_fsm.config import LARGEST_TWO_OCTET_ASN, SessionConfig
from bgpkit_fsm.error_code import ErrorCode, OpenSubcode
from bgpkit_fsm.family import IPV4_UNICAST
from bgpkit_fsm.negotiation import families_of
from bgpkit_fsm.notification import Notification
from bgpkit_fsm.role import RoleCapability


def refuses_capabilities(notification: Notification) -> bool:
    """Tell whether the peer refused our OPEN for what stands in its optional parameters."""
    return notification.code == ErrorCode.OPEN_MESSAGE_ERROR and notification.subcode in (
        OpenSubcode.UNSUPPORTED_OPTIONAL_PARAMETER,
        OpenSubcode.UNSUPPORTED_CAPABILITY,
    )


def offer_after_refusal(offer: SessionConfig, refusal: Notification) -> SessionConfig | None:
    """Return ``offer`` without the capabilities that the peer does not take, or None where that is no remedy.

    Unsupported Optional Parameter: the peer knows no capabilities, so that none is offered. Unsupported Capability:
    those that its data name are left out, or all when it names none. A capability that we did not offer is one that
    the peer asks for, and another OPEN would be refused again.

    What we cannot do without stays: the capability that tells a 4-octet AS number, a role that the peer must answer,
    and the families when an OPEN without them would offer IPv4 unicast, which is not ours.
    """
    capabilities = tuple(c for c in offer.capabilities if not _leaves(c, offer, refusal))
    if not any(isinstance(c, MultiprotocolCapability) for c in capabilities) and IPV4_UNICAST not in families_of(
        offer.open
    ):
        families = tuple(c for c in offer.capabilities if isinstance(c, MultiprotocolCapability))
        capabilities = (*families, *capabilities)
    return replace(offer, capabilities=capabilities) if len(capabilities) < len(offer.capabilities) else None


def _leaves(capability: Capability, offer: SessionConfig, refusal: Notification) -> bool:
    """Tell whether ``capability`` is refused and we can do without it."""
    match capability:
        case FourOctetAsCapability() if offer.local_asn > LARGEST_TWO_OCTET_ASN:
            return False
        case RoleCapability() if offer.strict_role:
            return False
        case _:
            return _is_refused(capability, refusal)


def _is_refused(capability: Capability, refusal: Notification) -> bool:
    if not refuses_capabilities(refusal):
        return False
    if refusal.subcode == OpenSubcode.UNSUPPORTED_OPTIONAL_PARAMETER or not refusal.data:
        return True
    return any(_names(code, value, capability) for code, value in _named(refusal.data))


def _named(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield code and value of each capability in the data of a NOTIFICATION, up to one that is cut short.

    RFC 5492, section 5: they are encoded as in an OPEN.
    """
    while len(data) >= 2 and len(data) >= 2 + data[1]:
        yield data[0], data[2 : 2 + data[1]]
        data = data[2 + data[1] :]


def _names(code: int, value: bytes, capability: Capability) -> bool:
    """Tell whether a capability of the data is ``capability``: of that code and, for Multiprotocol, that family."""
    if code != capability_code(capability):
        return False
    if code != MULTIPROTOCOL_CODE or not isinstance(capability, MultiprotocolCapability) or len(value) < 4:
        return True
    return (int.from_bytes(value[:2], "big"), value[3]) == (capability.family.afi, capability.family.safi)
