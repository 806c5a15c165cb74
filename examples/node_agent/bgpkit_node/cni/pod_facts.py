"""What Kubernetes knows of a pod that policies go by, for the node that is to run it.

The controllers store it as soon as a pod has a node, so that the pod's ADD need not ask Kubernetes.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from bgpkit_node.datastore.schema import PODS
from bgpkit_node.resources import WorkloadEndpointPort

COPYING: Final = f"{PODS}copying"
"""There as long as controllers store pods: what is not known of a pod may be on its way."""
_PLACED: Final = f"{PODS}on/"


class PodFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What an endpoint takes from its pod; ``uid`` is the one that the container runtime is told."""

    uid: str = ""
    labels: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    account: str = ""
    ports: tuple[WorkloadEndpointPort, ...] = ()

    def encoded(self) -> bytes:
        """Return the octets that the datastore keeps; the same facts give the same."""
        return msgspec.json.encode(self, order="deterministic")


def read_facts(value: bytes) -> PodFacts:
    """Return the facts of what :meth:`PodFacts.encoded` gave; raises ValueError."""
    return msgspec.json.decode(value, type=PodFacts)


def pods_on(node: str) -> str:
    """Return the beginning of the datastore keys of the pods of a node, which goes by its name in Kubernetes."""
    return f"{_PLACED}{node}/"


def pod_key(node: str, pod: str) -> str:
    """Return the datastore key of the facts of ``pod``, given as ``namespace/name``."""
    return pods_on(node) + pod


def pod_of(key: str) -> str:
    """Return the pod, as ``namespace/name``, whose facts a key is of; empty: of none."""
    return key.removeprefix(_PLACED).partition("/")[2] if key.startswith(_PLACED) else ""
