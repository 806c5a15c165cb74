"""EndpointSlice of Kubernetes, discovery.k8s.io/v1: the pods behind a service, or some of them."""

from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, ClassVar, Final

import msgspec

from bgpkit_node.resources.address_text import parse_address
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_types import Port
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.kubernetes_policy_fields import TransportProtocol
from bgpkit_node.resources.metadata import check_metadata, check_name
from bgpkit_node.resources.part import OpenPart

SERVICE_NAME: Final = "kubernetes.io/service-name"
"""The label with the name of the service that a slice belongs to, which is in the slice's namespace."""
_MOST_ENDPOINTS: Final = 1000
_MOST: Final = 100
"""So many addresses has an endpoint at most, and so many ports a slice."""
_SHOWN: Final = 3


class AddressType(Enum):
    """What the addresses of a slice are; names are those of machines elsewhere."""

    IPV4 = "IPv4"
    IPV6 = "IPv6"
    FQDN = "FQDN"

    @property
    def version(self) -> int | None:
        """The IP version of the addresses; None when they are names."""
        return {AddressType.IPV4: 4, AddressType.IPV6: 6}.get(self)


class EndpointConditions(OpenPart, frozen=True, kw_only=True):
    """How an endpoint does; what is not said is taken for well."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class TargetRef(OpenPart, frozen=True, kw_only=True):
    """What an endpoint is: a Pod, mostly."""

    kind: str = ""
    namespace: str = ""
    name: str = ""


class ServiceEndpoint(OpenPart, frozen=True, kw_only=True):
    """A pod behind a service; all of its ``addresses`` are of one IP version."""

    addresses: Annotated[tuple[str, ...], msgspec.Meta(max_length=_MOST)]
    conditions: EndpointConditions = EndpointConditions()
    node_name: str = ""
    hostname: str = ""
    target_ref: TargetRef | None = None
    zone: str = ""

    @property
    def ready(self) -> bool:
        """Whether it takes new connections."""
        return self.conditions.ready is not False


class SlicePort(OpenPart, frozen=True, kw_only=True):
    """A port of all pods of a slice."""

    port: Port
    name: str = ""
    protocol: TransportProtocol = TransportProtocol.TCP
    app_protocol: Any = None


class EndpointSlice(Resource, OpenPart, frozen=True, kw_only=True):
    """Pods behind a service, with the ports that they serve it on."""

    kind: ClassVar[str] = "EndpointSlice"
    api_version: ClassVar[str] = "discovery.k8s.io/v1"
    address_type: AddressType
    endpoints: Annotated[tuple[ServiceEndpoint, ...], msgspec.Meta(max_length=_MOST_ENDPOINTS)] = ()
    ports: Annotated[tuple[SlicePort, ...], msgspec.Meta(max_length=_MOST)] = ()

    @property
    def service(self) -> str:
        """The name of the service it belongs to; empty when it belongs to none."""
        return self.metadata.labels.get(SERVICE_NAME, "")


def check_endpoint_slice(slice_: EndpointSlice) -> Iterator[Fault]:
    """Yield what is wrong with one slice."""
    yield from check_metadata(slice_.metadata, namespaced=True)
    version = slice_.address_type.version
    for index, endpoint in enumerate(slice_.endpoints):
        place = f"endpoints[{index}]"
        if not endpoint.addresses:
            yield Fault(f"{place}.addresses", "needs at least one address")
        for at, text in enumerate(endpoint.addresses):
            if version is not None:
                yield from _check_address(f"{place}.addresses[{at}]", text, version)
        if endpoint.node_name:
            yield from check_name(f"{place}.nodeName", endpoint.node_name)


def warn_endpoint_slice(slice_: EndpointSlice) -> Iterator[str]:
    """Yield what is allowed and leads nowhere."""
    if not slice_.service:
        yield f"{slice_} has no label {SERVICE_NAME}: it belongs to no service, and nobody looks at it"


def _check_address(field: str, text: str, version: int) -> Iterator[Fault]:
    try:
        parse_address(text, version)
    except ValueError as error:
        yield Fault(field, str(error))


def _ports(slice_: EndpointSlice, _inherited: int) -> str:
    return ",".join(str(port.port) for port in slice_.ports) or "<unset>"


def _endpoints(slice_: EndpointSlice, _inherited: int) -> str:
    every = [text for endpoint in slice_.endpoints for text in endpoint.addresses]
    more = f" + {len(every) - _SHOWN} more..." if len(every) > _SHOWN else ""
    return ",".join(every[:_SHOWN]) + more or "<unset>"


def _ready(slice_: EndpointSlice, _inherited: int) -> str:
    return f"{sum(endpoint.ready for endpoint in slice_.endpoints)}/{len(slice_.endpoints)}"


_COLUMNS: Final[tuple[Column[EndpointSlice], ...]] = (
    Column("NAME", lambda slice_, _: slice_.name),
    Column("ADDRESSTYPE", lambda slice_, _: slice_.address_type.value),
    Column("PORTS", _ports),
    Column("ENDPOINTS", _endpoints),
)

ENDPOINT_SLICE: Final[ResourceKind[EndpointSlice]] = ResourceKind(
    name="EndpointSlice",
    plural="endpointslices",
    aliases=frozenset({"eps"}),
    type=EndpointSlice,
    narrow=_COLUMNS,
    wide=(*_COLUMNS, Column("READY", _ready), Column("SERVICE", lambda slice_, _: slice_.service or "<none>")),
    namespaced=True,
    check=check_endpoint_slice,
    warn=warn_endpoint_slice,
)
