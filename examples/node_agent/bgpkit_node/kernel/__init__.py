"""The Linux kernel as the agent sees it: typed calls for links, addresses, routes, neighbours, sysctls, namespaces.

Only this package knows pyroute2. Everything here blocks: call it from a thread. What is asked for happens in the
network namespace of the calling thread.
"""

from bgpkit_node.kernel.batch import Batch
from bgpkit_node.kernel.error import KernelError
from bgpkit_node.kernel.foreign import Foreign, ForeignRoute
from bgpkit_node.kernel.interface import interface_index, interface_mac, interface_mtu
from bgpkit_node.kernel.namespace import (
    NamespaceGoneError,
    enter_for_good,
    is_own_namespace,
    open_namespace,
    open_own_namespace,
    own_namespace,
    run_in_namespace,
)
from bgpkit_node.kernel.netlink import Netlink
from bgpkit_node.kernel.notices import LinkNotices
from bgpkit_node.kernel.sysctl import read_sysctl, write_sysctl
from bgpkit_node.kernel.values import (
    Address,
    Forwarding,
    Interface,
    Link,
    Neighbour,
    Network,
    Route,
    VethPair,
    Vxlan,
)
from bgpkit_node.kernel.ways import Ways

__all__ = [
    "Address",
    "Batch",
    "Foreign",
    "ForeignRoute",
    "Forwarding",
    "Interface",
    "KernelError",
    "Link",
    "LinkNotices",
    "NamespaceGoneError",
    "Neighbour",
    "Netlink",
    "Network",
    "Route",
    "VethPair",
    "Vxlan",
    "Ways",
    "enter_for_good",
    "interface_index",
    "interface_mac",
    "interface_mtu",
    "is_own_namespace",
    "open_namespace",
    "open_own_namespace",
    "own_namespace",
    "read_sysctl",
    "run_in_namespace",
    "write_sysctl",
]
