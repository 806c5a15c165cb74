"""Services of Kubernetes as rules of policies refer to them."""

from collections.abc import Iterable

from bgpkit_node.policy.model import ServiceId
from bgpkit_node.policy.program import AddressPort
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.policy.state import Service
from bgpkit_node.resources import EndpointSlice
from bgpkit_node.resources.address_text import parse_address


def service_of_slices(service_id: ServiceId, slices: Iterable[EndpointSlice]) -> Service:
    """Return a service with all that its pods serve it on, whether they are ready or not.

    A pod that is to go still has connections, and one that is denied is no less denied while it is not ready. Names of
    machines elsewhere are passed over: they have no addresses here.
    """
    backends = frozenset(
        AddressPort(parse_address(text), protocol_number(port.protocol.value), port.port)
        for each in slices
        if each.address_type.version is not None
        for endpoint in each.endpoints
        for text in endpoint.addresses
        for port in each.ports
    )
    return Service(id=service_id, backends=backends)
