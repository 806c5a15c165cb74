"""What a cluster of agents is like, and the resources that say so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

POOLS: Final = {4: ("10.244.0.0/16", 26), 6: ("fd00:10:244::/64", 122)}
NO_LABELS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True)
class Shape:
    """What a cluster is like; nodes are on the segments in turn."""

    nodes: int
    segments: int = 1
    etcd: int = 0
    """How many members the cluster's etcd has; 0: the datastore is a file."""
    versions: tuple[int, ...] = (4,)
    """The IP versions of pods, and of the network between the nodes."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the nodes."""
        return tuple(f"n{number}" for number in range(1, self.nodes + 1))

    def segment_of(self, name: str) -> int:
        """Return the segment of a node, 0 or 1."""
        return (int(name[1:]) - 1) % self.segments

    def address(self, name: str, version: int = 4) -> str:
        """Return a node's address."""
        segment, number = 7 + self.segment_of(name), 10 + int(name[1:])
        return f"10.4.{segment}.{number}" if version == 4 else f"fd00:4:{segment}::{number:x}"

    def interfaces(self, name: str) -> dict[int, str]:
        """Return the address with its subnet that a node has of each IP version that it speaks."""
        return {version: f"{self.address(name, version)}/{24 if version == 4 else 64}" for version in self.versions}

    def router(self, segment: int, version: int = 4) -> str:
        """Return the address of the router on a segment."""
        return f"10.4.{7 + segment}.1" if version == 4 else f"fd00:4:{7 + segment}::1"


def document(kind: str, name: str, spec: Mapping[str, object], labels: Mapping[str, str] = NO_LABELS) -> str:
    """Return a resource as a document of one line."""
    whole = {"kind": kind, "metadata": {"name": name, "labels": dict(labels)}, "spec": spec}
    return json.dumps({"apiVersion": "projectcalico.org/v3", **whole}) + "\n"


def pool(version: int) -> str:
    """Return the document of a pool."""
    cidr, size = POOLS[version]
    return document("IPPool", f"pool{version}", {"cidr": cidr, "blockSize": size})


def peering(*, by_reflectors: bool) -> list[str]:
    """Return the documents that say who has sessions with whom: each with each, or each with the reflectors."""
    configuration = document("BGPConfiguration", "default", {"nodeToNodeMeshEnabled": not by_reflectors})
    peers = {"nodeSelector": "all()", "peerSelector": "route-reflector == 'true'"}
    return [configuration, *([document("BGPPeer", "peer-with-route-reflectors", peers)] if by_reflectors else [])]
