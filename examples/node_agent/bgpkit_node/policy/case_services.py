"""Services that one document describes, as rules with ``services`` refer to them."""

from collections.abc import Collection, Iterator

from bgpkit_node.errors import ResourceError
from bgpkit_node.policy.case_document import CaseService, CaseServicePort
from bgpkit_node.policy.model import Address, Endpoint, ServiceId
from bgpkit_node.policy.program import AddressPort
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.policy.state import Service
from bgpkit_node.resources.address_text import parse_address


def services_of(
    services: Collection[CaseService], endpoints: Collection[Endpoint], root: str
) -> dict[ServiceId, Service]:
    """Return services with what their pods, or the addresses given, serve them on; ``root`` comes before paths.

    Raises ResourceError with the path of what is wrong.
    """
    found: dict[ServiceId, Service] = {}
    for index, service in enumerate(services):
        path = f"{root}services[{index}]"
        service_id = ServiceId(service.ns, service.name)
        if service_id in found:
            raise ResourceError(f"{service.ns}/{service.name} is given twice", field=path)
        found[service_id] = Service(id=service_id, backends=frozenset(_backends(service, endpoints, path)))
    return found


def _backends(service: CaseService, endpoints: Collection[Endpoint], path: str) -> Iterator[AddressPort]:
    given = tuple(_given(service, path))
    pods = [each for each in endpoints if each.key.startswith(f"{service.ns}/") and _is_chosen(each, service)]
    for index, port in enumerate(service.ports):
        protocol = _protocol(port, f"{path}.ports[{index}]")
        target = port.port if port.target is None else port.target
        if isinstance(target, int):
            yield from (AddressPort(address, protocol, target) for address in given)
        for pod in pods:
            for number in _numbers(pod, protocol, target):
                yield from (AddressPort(address, protocol, number) for address in pod.addresses)


def _is_chosen(pod: Endpoint, service: CaseService) -> bool:
    """Tell whether a service finds a pod; one without a selector finds none, as in Kubernetes."""
    return bool(service.selector) and (service.selector or {}).items() <= dict(pod.labels).items()


def _numbers(pod: Endpoint, protocol: int, target: int | str) -> Iterator[int]:
    if isinstance(target, int):
        yield target
    else:
        yield from (each.port for each in pod.ports if (each.name, each.protocol) == (target, protocol))


def _given(service: CaseService, path: str) -> Iterator[Address]:
    for index, text in enumerate(service.ips or ()):
        try:
            yield parse_address(text)
        except ValueError as error:
            raise ResourceError(str(error), field=f"{path}.ips[{index}]") from error


def _protocol(port: CaseServicePort, path: str) -> int:
    for name, number in (("port", port.port), ("targetPort", port.target)):
        if isinstance(number, int) and not 1 <= number <= 65535:
            raise ResourceError(f"must be between 1 and 65535, not {number}", field=f"{path}.{name}")
    try:
        return protocol_number(port.protocol)
    except ValueError as error:
        raise ResourceError(str(error), field=f"{path}.protocol") from error
