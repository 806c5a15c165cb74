"""What policies select pods by: told to the pod's node before its ADD, and kept right on its WorkloadEndpoints."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from bgpkit_node.cni import Attachment
from bgpkit_node.cni.endpoint import endpoint_of, with_facts
from bgpkit_node.cni.pod_facts import PodFacts, pod_key, pod_of
from bgpkit_node.controllers.copier import Copier
from bgpkit_node.controllers.node_labels import checked_labels
from bgpkit_node.controllers.objects import Unusable, metadata_of, name_of, without_nulls
from bgpkit_node.datastore import Delete, KeyValue, Operation, Put
from bgpkit_node.datastore.schema import PODS
from bgpkit_node.errors import ResourceError
from bgpkit_node.kubernetes import ApiObject
from bgpkit_node.kubernetes.kinds import PODS as KUBERNETES_PODS
from bgpkit_node.resources import ResourceStore, WorkloadEndpoint, WorkloadEndpointPort
from bgpkit_node.resources.metadata import check_name
from bgpkit_node.resources.workload_endpoint import KUBERNETES, check_workload_endpoint

_OF_THE_SYSTEM: Final = "projectcalico.org/"
"""Before labels that endpoints have without being asked: no pod gives them to itself."""
_STATIC: Final = "kubernetes.io/config.mirror"
"""Annotation of a pod that stands for a static one, with the uid that the node and its runtime know that by."""


@dataclass(frozen=True, slots=True)
class SeenPod:
    """What is copied of a pod, and the node whose agent will add it: empty while there is none, or never will."""

    facts: PodFacts
    node: str


class PodLabels(Copier[SeenPod, WorkloadEndpoint]):
    """Tells the nodes what Kubernetes has of their pods, and writes it on the endpoints that there are.

    Endpoints are made and deleted by the CNI plugin.
    """

    prefix = PODS

    def __init__(self) -> None:
        """Know none yet."""
        super().__init__(KUBERNETES_PODS, WorkloadEndpoint)
        self._told: defaultdict[str, dict[str, KeyValue]] = defaultdict(dict)
        """What the datastore has of each pod, by key."""

    def read(self, found: ApiObject) -> SeenPod:
        """Return what is copied of a pod."""
        told = checked_labels(found, "Pod")
        labels = {key: value for key, value in told.items() if not key.startswith(_OF_THE_SYSTEM)}
        try:
            pod = msgspec.convert(without_nulls(found), type=_Pod)
        except msgspec.ValidationError as error:
            raise ResourceError(str(error), kind=f"Pod({name_of(found)})") from error
        for fault in check_name("spec.nodeName", pod.spec.node_name or "none"):
            raise ResourceError(fault.text, kind=f"Pod({name_of(found)})", field=fault.field)
        spec, uid = pod.spec, pod.metadata.annotations.get(_STATIC) or pod.metadata.uid
        facts = PodFacts(uid=uid, labels=labels, account=spec.service_account_name, ports=tuple(_ports(spec)))
        _check(found, facts)
        return SeenPod(facts, "" if spec.host_network else spec.node_name)

    def about(self, resource: WorkloadEndpoint) -> str:
        """Return the pod of an endpoint; those of other orchestrators have none."""
        is_pod = resource.spec.orchestrator == KUBERNETES
        return f"{resource.namespace}/{resource.spec.pod}" if is_pod else ""

    def take_keys(self, values: Mapping[str, KeyValue], changed: Iterable[str]) -> set[str]:
        """Take in what the nodes are told."""
        names = {key: pod_of(key) for key in changed if pod_of(key)}
        for key, name in names.items():
            self._told[name].pop(key, None)
            if key in values:
                self._told[name][key] = values[key]
            if not self._told[name]:
                del self._told[name]
        return set(names.values())

    def names(self) -> set[str]:
        """Return the pods that nodes are told of, too."""
        return super().names() | self._told.keys()

    async def settle(self, name: str, store: ResourceStore) -> bool:
        """Write what differs, for the node first."""
        seen = self.seen.get(name)
        if isinstance(seen, Unusable):
            raise seen.error
        telling = tuple(self._to_tell(name, seen))
        if telling:
            await store.datastore.transact(telling)
        written = bool(telling)
        for endpoint in self.stored(name):
            wanted = endpoint if seen is None else with_facts(endpoint, seen.facts)
            if wanted != endpoint:
                await store.replace(wanted)
                written = True
        return written

    def _to_tell(self, name: str, seen: SeenPod | None) -> Iterator[Operation]:
        """Yield what makes the datastore tell the node of a pod, and no other, what is seen of it."""
        if seen is None and not self.complete:
            return
        present = self._told.get(name, {})
        wanted = {pod_key(seen.node, name): seen.facts.encoded()} if seen is not None and seen.node else {}
        for key, kept in present.items():
            if key not in wanted:
                yield Delete(key, kept.revision)
        for key, value in wanted.items():
            if key not in present or present[key].value != value:
                yield Put(key, value, present[key].revision if key in present else 0)


def _check(found: ApiObject, facts: PodFacts) -> None:
    """Raise ResourceError when no endpoint could be stored with ``facts``: an ADD must not fail of them."""
    named = metadata_of(found)
    attachment = Attachment(network="", container_id="c", interface="eth0", namespace=named.namespace, pod=named.name)
    for fault in check_workload_endpoint(with_facts(endpoint_of(attachment, "n"), facts)):
        raise ResourceError(fault.text, kind=f"Pod({name_of(found)})", field=fault.field)


class _Port(msgspec.Struct, rename="camel"):
    container_port: int
    name: str = ""
    protocol: str = "TCP"
    host_port: int = 0
    host_ip: str = msgspec.field(default="", name="hostIP")


class _Container(msgspec.Struct):
    ports: tuple[_Port, ...] = ()


class _PodSpec(msgspec.Struct, rename="camel"):
    node_name: str = ""
    host_network: bool = False
    service_account_name: str = ""
    init_containers: tuple[_Container, ...] = ()
    containers: tuple[_Container, ...] = ()


class _PodMetadata(msgspec.Struct):
    uid: str = ""
    annotations: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class _Pod(msgspec.Struct):
    metadata: _PodMetadata
    spec: _PodSpec


def _ports(spec: _PodSpec) -> Iterator[WorkloadEndpointPort]:
    """Yield the ports that have a name, or a port of the node, those of containers that start others included."""
    for container in (*spec.init_containers, *spec.containers):
        for port in container.ports:
            if port.name or port.host_port:
                yield WorkloadEndpointPort(
                    name=port.name,
                    protocol=port.protocol,
                    port=port.container_port,
                    host_port=port.host_port,
                    host_ip=port.host_ip,
                )
