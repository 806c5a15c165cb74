"""The WorkloadEndpoint of an attachment: what people and policies know the interface of a pod by."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.pod_facts import PodFacts
from bgpkit_node.cni.ports import Connected, Wiring
from bgpkit_node.errors import CniError
from bgpkit_node.ipam import IPAddress
from bgpkit_node.resources import DEFAULT_NAMESPACE, Metadata, WorkloadEndpoint, WorkloadEndpointSpec, endpoint_name
from bgpkit_node.resources.copied_labels import with_copied
from bgpkit_node.resources.metadata import check_label, check_metadata, is_label_value
from bgpkit_node.resources.workload_endpoint import CNI, KUBERNETES, check_workload_endpoint

NETWORK: Final = "bgpkit-node/network"
"""Annotation with the name of the network: one container may have endpoints on several."""
_LABEL: Final = "projectcalico.org/"
_KEPT: Final = ("service_account_name", "ports", "allow_spoofed_source_prefixes", "qos_controls")
"""Fields of the specification that are others' to write: a CNI call tells nothing of them."""


def endpoint_of(attachment: Attachment, node: str) -> WorkloadEndpoint:
    """Return the endpoint of an attachment of ``node`` as far as it follows from names, without addresses.

    What is no pod of Kubernetes, or has names that cannot be one's, is named after its container, in the namespace
    ``default``.
    """
    named = attachment.is_named_after_pod and not any(
        check_metadata(Metadata(name=attachment.pod, namespace=attachment.namespace), namespaced=True)
    )
    spec = WorkloadEndpointSpec(
        orchestrator=KUBERNETES if named else CNI,
        workload="" if named else attachment.container_id,
        node=node,
        container_id=attachment.container_id,
        pod=attachment.pod if named else "",
        endpoint=attachment.interface,
        interface_name=attachment.host_interface,
    )
    metadata = Metadata(
        name=endpoint_name(spec),
        namespace=attachment.namespace if named else DEFAULT_NAMESPACE,
        annotations={NETWORK: attachment.network},
    )
    return WorkloadEndpoint(metadata=metadata, spec=spec)


def check_names(attachment: Attachment, node: str, labels: Mapping[str, str]) -> None:
    """Raise CniError when no endpoint of these names and ``labels`` can be stored."""
    endpoint = endpoint_of(attachment, node)
    for fault in check_workload_endpoint(endpoint):
        details = f"{fault.field} {fault.text}"
        raise CniError(Code.INVALID_ENVIRONMENT, f"no WorkloadEndpoint can be called {endpoint.name}", details)
    for fault in (fault for key, value in labels.items() for fault in check_label(key, value)):
        raise CniError(Code.INVALID_NETWORK_CONFIG, "args.cni.labels cannot be taken", fault.text)


def wired_endpoint(
    attachment: Attachment, node: str, wiring: Wiring, connected: Connected, labels: Mapping[str, str]
) -> WorkloadEndpoint:
    """Return the endpoint of an attachment that has been made; ``labels`` are those that the runtime gives."""
    plain = endpoint_of(attachment, node)
    spec = msgspec.structs.replace(
        plain.spec, ip_networks=tuple(map(_network, wiring.addresses)), mac=connected.pod_mac
    )
    metadata = msgspec.structs.replace(plain.metadata, labels=dict(labels))
    return completed(WorkloadEndpoint(metadata=metadata, spec=spec))


def beside(made: WorkloadEndpoint, stored: WorkloadEndpoint) -> WorkloadEndpoint:
    """Return ``made`` with what others have written on the ``stored`` endpoint of its name.

    Labels, annotations, ports and the service account are an operator's or a watcher's of Kubernetes: policies select
    by them, so that a pod whose container is made anew must not lose them. It carries the stored revision.
    """
    kept = {name: getattr(stored.spec, name) for name in _KEPT}
    metadata = msgspec.structs.replace(
        made.metadata,
        resource_version=stored.metadata.resource_version,
        labels={**stored.metadata.labels, **made.metadata.labels},
        annotations={**stored.metadata.annotations, **made.metadata.annotations},
    )
    return completed(WorkloadEndpoint(metadata=metadata, spec=msgspec.structs.replace(made.spec, **kept)))


def with_facts(endpoint: WorkloadEndpoint, facts: PodFacts) -> WorkloadEndpoint:
    """Return an endpoint with what its pod has now, in the place of what was taken from the pod before."""
    spec = msgspec.structs.replace(endpoint.spec, service_account_name=facts.account, ports=facts.ports)
    return completed(WorkloadEndpoint(metadata=with_copied(endpoint.metadata, facts.labels), spec=spec))


def damages(
    stored: WorkloadEndpoint | None, plain: WorkloadEndpoint, addresses: tuple[IPAddress, ...]
) -> Iterator[str]:
    """Yield, in sentences, how the ``stored`` endpoint is not that of the container which ``plain`` names."""
    if stored is None:
        yield f"there is no {plain}"
    elif stored.spec.container_id != plain.spec.container_id:
        yield f"{stored} is that of the container {stored.spec.container_id or '(none)'}"
    else:
        wanted, found = set(map(_network, addresses)), set(stored.spec.ip_networks)
        if wanted != found:
            yield f"{stored} has {', '.join(sorted(found)) or 'no address'}, not {', '.join(sorted(wanted))}"
        if stored.spec.interface_name != plain.spec.interface_name:
            yield f"{stored} names the interface {stored.spec.interface_name}, not {plain.spec.interface_name}"


def completed(endpoint: WorkloadEndpoint) -> WorkloadEndpoint:
    """Add the labels and profiles that follow from namespace, orchestrator and service account.

    The account may have a name that is too long for a label: policies go by the field.
    """
    spec, namespace = endpoint.spec, endpoint.namespace
    account = spec.service_account_name
    labels = {
        **endpoint.metadata.labels,
        f"{_LABEL}namespace": namespace,
        f"{_LABEL}orchestrator": spec.orchestrator,
        **({f"{_LABEL}serviceaccount": account} if account and is_label_value(account) else {}),
    }
    profiles = (f"kns.{namespace}", *((f"ksa.{namespace}.{account}",) if account else ()))
    return WorkloadEndpoint(
        metadata=msgspec.structs.replace(endpoint.metadata, labels=labels),
        spec=msgspec.structs.replace(spec, profiles=profiles),
    )


def _network(address: IPAddress) -> str:
    return f"{address}/{address.max_prefixlen}"
