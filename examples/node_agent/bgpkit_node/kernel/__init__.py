"""The Linux kernel as the agent sees it: typed calls for links, addresses, routes, neighbours, sysctls, namespaces.

Only this package knows pyroute2. Everything here blocks: call it from a thread. What is asked for happens in the
network namespace of the calling thread.
"""

from bgpkit_node.kernel.batch import Batch
from bgpkit_node.kernel.error import KernelError
from bgpkit_node.kernel.namespace import (
    NamespaceGoneError,
    is_own_namespace,
    open_namespace,
    own_namespace,
    run_in_namespace,
)
from bgpkit_node.kernel.netlink import Netlink
from bgpkit_node.kernel.sysctl import read_sysctl, write_sysctl
from bgpkit_node.kernel.values import Address, Interface, Link, Neighbour, Network, Route, VethPair

__all__ = [
    "Address",
    "Batch",
    "Interface",
    "KernelError",
    "Link",
    "NamespaceGoneError",
    "Neighbour",
    "Netlink",
    "Network",
    "Route",
    "VethPair",
    "is_own_namespace",
    "open_namespace",
    "own_namespace",
    "read_sysctl",
    "run_in_namespace",
    "write_sysctl",
]
