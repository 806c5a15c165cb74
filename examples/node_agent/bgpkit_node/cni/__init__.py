"""The CNI plugin: the executable that a container runtime calls, and the agent's side that does the work.

What works in the kernel, ``PodNetwork``, stands in ``bgpkit_node.cni.pod_network``: a command that only asks the
agent something need not load pyroute2.
"""

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.client import request
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.commands import CniService
from bgpkit_node.cni.conflists import conflist_before, our_conflist
from bgpkit_node.cni.install import install_shim
from bgpkit_node.cni.ports import Addresses, Committed, Connected, Endpoints, Plumbing, PodMtu, Readiness, Wiring
from bgpkit_node.cni.server import AgentSocket, Handler
from bgpkit_node.cni.wish import Wish

__all__ = [
    "Addresses",
    "AgentSocket",
    "Attachment",
    "CniService",
    "Code",
    "Committed",
    "Connected",
    "Endpoints",
    "Handler",
    "Plumbing",
    "PodMtu",
    "Readiness",
    "Wiring",
    "Wish",
    "conflist_before",
    "install_shim",
    "our_conflist",
    "request",
]
