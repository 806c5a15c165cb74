"""Services of Kubernetes and the pods behind them: joined, and what a node tells routers of them. Pure."""

from bgpkit_node.services.announcement import announced_addresses
from bgpkit_node.services.blocks import NO_BLOCKS, Networks, ServiceBlocks
from bgpkit_node.services.environment import read_cluster_ips
from bgpkit_node.services.index import ServiceIndex, ServiceKey

__all__ = [
    "NO_BLOCKS",
    "Networks",
    "ServiceBlocks",
    "ServiceIndex",
    "ServiceKey",
    "announced_addresses",
    "read_cluster_ips",
]
