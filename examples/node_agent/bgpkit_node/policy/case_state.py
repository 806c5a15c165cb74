"""What decides about packets in a cluster that one document describes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from bgpkit_node import resources
from bgpkit_node.errors import InvalidResourcesError, ResourceError
from bgpkit_node.policy.case_document import CaseDocument, CaseExternal, CaseNode, CasePod
from bgpkit_node.policy.case_services import services_of
from bgpkit_node.policy.cluster import Cluster
from bgpkit_node.policy.conversion import NAMESPACE_PROFILE, POLICY_TYPES
from bgpkit_node.policy.engine import program_of_state
from bgpkit_node.policy.model import Address, Endpoint, NamedPort
from bgpkit_node.policy.program import NodeProgram
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.policy.resource_state import ResourceState
from bgpkit_node.policy.state import PolicyState, state_after
from bgpkit_node.policy.system_labels import labels_of_pod
from bgpkit_node.resources import Metadata, Resource, ResourceChange, documents_of
from bgpkit_node.resources.address_text import parse_address
from bgpkit_node.resources.part import is_mapping

_ALLOWED: Final[tuple[type[Resource], ...]] = (
    *POLICY_TYPES,
    resources.Tier,
    resources.Profile,
    resources.NetworkSet,
    resources.GlobalNetworkSet,
)


def cluster_of(document: CaseDocument, root: str = "") -> Cluster:
    """Return what a document describes; ``root`` comes before the paths in errors, as ``state.``.

    Raises InvalidResourcesError, or ResourceError for the rest of it, with the path of whatever is wrong: then nothing
    of it holds.
    """
    named = {each.name: each.labels or {} for each in document.namespaces or ()}
    labels = {pod.ns: named.get(pod.ns, {}) for pod in _pods(document)} | named
    spaces = [resources.Namespace(metadata=Metadata(name=name, labels=of)) for name, of in labels.items()]
    given = ResourceState(document.node)
    for resource in (*spaces, *_policies(document, root)):
        given.take(ResourceChange(None, resource))
    endpoints = {endpoint.key: endpoint for endpoint in _endpoints(document, labels, root)}
    nodes = {node.name: _addresses(node, f"{root}nodes[{index}]") for index, node in enumerate(document.nodes or ())}
    hosts = {
        host.name: _addresses(host, f"{root}externals[{index}]") for index, host in enumerate(document.externals or ())
    }
    state = replace(
        state_after(PolicyState(), given.take_change()),
        endpoints=endpoints,
        services=services_of(document.services or (), endpoints.values(), root),
        nodes={name: frozenset(addresses) for name, addresses in nodes.items()},
    )
    of_pods = {key: endpoint.addresses for key, endpoint in endpoints.items()}
    ports = {f"{pod.ns}/{pod.name}": tuple(_served(pod)) for pod in _pods(document)}
    of_nodes = {f"node/{name}": addresses for name, addresses in nodes.items()}
    outside = {f"ext/{name}": addresses for name, addresses in hosts.items()}
    return Cluster(state, {**of_pods, **of_nodes, **outside}, ports)


def program_of(document: CaseDocument) -> NodeProgram:
    """Return all that the node of a document enforces; raises what :func:`cluster_of` raises."""
    if document.teardown:
        return NodeProgram(endpoints={}, policies={}, sets={})
    if not document.node:
        raise ResourceError("is required: the name of the node to program", field="node")
    return program_of_state(document.node, cluster_of(document).state)


def _pods(document: CaseDocument) -> Iterator[CasePod]:
    return chain(document.pods or (), document.endpoints or ())


def _endpoints(document: CaseDocument, namespaces: Mapping[str, Mapping[str, str]], root: str) -> Iterator[Endpoint]:
    seen: set[str] = set()
    for name, pods in (("pods", document.pods), ("endpoints", document.endpoints)):
        for index, pod in enumerate(pods or ()):
            path, key = f"{root}{name}[{index}]", f"{pod.ns}/{pod.name}"
            if key in seen:
                raise ResourceError(f"{key} is given twice", field=path)
            seen.add(key)
            yield Endpoint(
                key=key,
                node=pod.node,
                labels=labels_of_pod(pod.labels or {}, pod.ns, namespaces[pod.ns], service_account=pod.service_account),
                addresses=_addresses(pod, path),
                ports=tuple(_ports(pod, path)),
                profiles=(f"{NAMESPACE_PROFILE}{pod.ns}",),
                interface=pod.ifname,
                local=pod.node == document.node if pod.local is None else pod.local,
            )


def _ports(pod: CasePod, path: str) -> Iterator[NamedPort]:
    for index, port in enumerate(pod.ports or ()):
        try:
            protocol = protocol_number(port.protocol)
        except ValueError as error:
            raise ResourceError(str(error), field=f"{path}.ports[{index}].protocol") from error
        if not 1 <= port.port <= 65535:
            raise ResourceError(f"must be between 1 and 65535, not {port.port}", field=f"{path}.ports[{index}].port")
        if port.name:
            yield NamedPort(port.name, protocol, port.port)


def _served(pod: CasePod) -> Iterator[tuple[int, int]]:
    return ((protocol_number(port.protocol), port.port) for port in pod.ports or ())


def _addresses(holder: CasePod | CaseNode | CaseExternal, path: str) -> tuple[Address, ...]:
    texts = dict.fromkeys((*((holder.ip,) if holder.ip else ()), *(holder.ips or ())))
    if not texts:
        raise ResourceError("is required, or ips", field=f"{path}.ip")
    try:
        return tuple(map(parse_address, texts))
    except ValueError as error:
        raise ResourceError(str(error), field=f"{path}.{'ips' if holder.ips else 'ip'}") from error


def _policies(document: CaseDocument, root: str) -> list[Resource]:
    """Read the policies, all or none: the first fault of each is told."""
    read: list[Resource] = []
    errors: list[ResourceError] = []
    seen: dict[tuple[str, str], int] = {}
    for index, manifest in enumerate(document.policies or ()):
        path = f"{root}policies[{index}]"
        try:
            resource = _resource(manifest)
        except InvalidResourcesError as error:
            first = error.errors[0]
            errors.append(ResourceError(first.text, field=first.field, kind=_title(manifest), source=path))
            continue
        identity = (resource.kind, resource.qualified_name)
        if not isinstance(resource, _ALLOWED):
            errors.append(ResourceError(f"kind {resource.kind} says nothing of packets", source=path))
        elif identity in seen:
            errors.append(ResourceError(f"{resource} is given twice, first in policies[{seen[identity]}]", source=path))
        seen.setdefault(identity, index)
        read.append(resource)
    if errors:
        raise InvalidResourcesError(errors)
    return read


def _resource(manifest: Mapping[str, Any]) -> Resource:
    documents = documents_of(manifest, "")
    if len(documents) != 1:
        raise InvalidResourcesError([ResourceError(f"must be one policy, not {len(documents)} of them")])
    return documents[0].resource


def _title(manifest: Mapping[str, Any]) -> str:
    """Return what a manifest calls itself, as ``NetworkPolicy(default/db)``, as far as it does."""
    metadata: object = manifest.get("metadata")
    found: Mapping[str, object] = metadata if is_mapping(metadata) else {}
    name = "/".join(str(found[part]) for part in ("namespace", "name") if found.get(part))
    return f"{manifest.get('kind') or ''}({name})" if name else str(manifest.get("kind") or "")
