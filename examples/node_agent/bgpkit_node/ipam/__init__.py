"""Address management: blocks of a pool, claimed by nodes, out of which pods get their addresses.

The documents, their keys and the order in which addresses go are Calico's, so that its tools read what is written here.
"""

from bgpkit_node.ipam.address import IPAddress, IPNetwork
from bgpkit_node.ipam.affinity import AffinityState
from bgpkit_node.ipam.allocator import Ipam
from bgpkit_node.ipam.assignment import Assigned
from bgpkit_node.ipam.block import Allocation, Block, Owner
from bgpkit_node.ipam.check import Finding, Verdict
from bgpkit_node.ipam.config import IpamConfig, decode_config, encode_config
from bgpkit_node.ipam.handle import Handle
from bgpkit_node.ipam.pools import Pool, PoolSource
from bgpkit_node.ipam.snapshot import Snapshot, load_snapshot
from bgpkit_node.ipam.stored_pools import StoredPools
from bgpkit_node.ipam.turns import Go, at_once

__all__ = [
    "AffinityState",
    "Allocation",
    "Assigned",
    "Block",
    "Finding",
    "Go",
    "Handle",
    "IPAddress",
    "IPNetwork",
    "Ipam",
    "IpamConfig",
    "Owner",
    "Pool",
    "PoolSource",
    "Snapshot",
    "StoredPools",
    "Verdict",
    "at_once",
    "decode_config",
    "encode_config",
    "load_snapshot",
]
