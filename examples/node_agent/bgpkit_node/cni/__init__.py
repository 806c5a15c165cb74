"""The CNI plugin: the executable that a container runtime calls, and the agent's side that does the work.

What works in the kernel, ``PodNetwork``, stands in ``bgpkit_node.cni.pod_network``: a command that only asks the
agent something need not load pyroute2.
"""

from bgpkit_node.cni.attachment import Attachment
from bgpkit_node.cni.client import request
from bgpkit_node.cni.code import Code
from bgpkit_node.cni.commands import CniService
from bgpkit_node.cni.install import install_shim
from bgpkit_node.cni.ports import Addresses, Connected, Plumbing, Readiness
from bgpkit_node.cni.server import AgentSocket, Handler

__all__ = [
    "Addresses",
    "AgentSocket",
    "Attachment",
    "CniService",
    "Code",
    "Connected",
    "Handler",
    "Plumbing",
    "Readiness",
    "install_shim",
    "request",
]
