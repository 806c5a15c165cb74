"""What advice is given from. Pure."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

MESH_MOST: Final = 100
"""Nodes above which reflectors are cheaper than a mesh."""


class Maintainer(Enum):
    """Who looks after the network of pods; the values are the words of the command line."""

    NETWORK = "network"
    """People who also configure the routers between the nodes."""
    CLUSTER = "cluster"
    """People of the cluster alone: the routers are not theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The answers, whoever has given them."""

    policy: bool
    """Whether network policies are to be enforced."""
    throughput: bool
    """Whether a few percent of throughput between nodes matter."""
    bgp: bool
    """Whether the underlay lets TCP port 179 through between nodes."""
    nodes: int
    subnets: int
    """How many subnets the nodes stand in; between two of them is a router."""
    maintainer: Maintainer
    ipip: bool = True
    """Whether the kernel has IPIP."""


def mesh_sessions(nodes: int) -> int:
    """Return how many sessions a full mesh has."""
    return nodes * (nodes - 1) // 2


def reflected_sessions(nodes: int, reflectors: int) -> int:
    """Return how many sessions there are when each node peers with all reflectors, these in a mesh among them."""
    return reflectors * (nodes - reflectors) + mesh_sessions(reflectors)
