"""One interface of one pod on one network, and the names that follow from it."""

from dataclasses import dataclass
from hashlib import sha1
from typing import Final

from bgpkit_node.cni.protocol import Call

HOST_PREFIX: Final = "cali"
"""What the names of the host's sides begin with, as Calico's do, so that its rules and tools fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One interface of one pod; ``namespace`` and ``pod`` are empty outside Kubernetes."""

    network: str
    container_id: str
    interface: str
    netns: str = ""
    namespace: str = ""
    pod: str = ""
    link: str = ""
    """Name of the host's side where it was read from the kernel; empty: it follows from the others."""

    @classmethod
    def of(cls, call: Call) -> "Attachment":
        """Return the attachment that an ADD, DEL or CHECK is about."""
        return cls(
            network=call.config.name,
            container_id=call.container_id,
            interface=call.interface,
            netns=call.netns,
            namespace=call.arguments.get("K8S_POD_NAMESPACE", ""),
            pod=call.arguments.get("K8S_POD_NAME", ""),
        )

    @property
    def handle(self) -> str:
        """Under which the container's addresses are kept: ``<network>.<container id>``, as Calico does."""
        return handle_of(self.network, self.container_id)

    @property
    def is_named_after_pod(self) -> bool:
        """Whether the name of the host's side follows from the pod, so that a pod's next container has it too."""
        return bool(self.namespace and self.pod)

    @property
    def host_interface(self) -> str:
        """Name of the host's side: ``cali`` and 11 digits, of the pod's name or else of the container's id."""
        if self.link:
            return self.link
        if self.is_named_after_pod:
            digest = sha1(f"{self.namespace}.{self.pod}".encode(), usedforsecurity=False)
            return HOST_PREFIX + digest.hexdigest()[:11]
        return HOST_PREFIX + self.container_id[:11]

    @property
    def alias(self) -> str:
        """Alias of both sides in the kernel: the owner, readable after a restart and in ``ip link``."""
        return f"{self.network} {self.container_id} {self.interface}"

    @classmethod
    def from_alias(cls, alias: str, link: str) -> "Attachment | None":
        """Return the attachment that the ``alias`` of the interface ``link`` tells of; None when it is not ours."""
        match alias.split(" "):
            case [network, container_id, interface]:
                return cls(network=network, container_id=container_id, interface=interface, link=link)
            case _:
                return None


def handle_of(network: str, container_id: str) -> str:
    """Return the handle of a container on a network."""
    return f"{network}.{container_id}"
