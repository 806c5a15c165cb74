"""Where the allocation data stand in the datastore: Calico's own layout.

::

    /calico/ipam/v2/config
    /calico/ipam/v2/assignment/ipv4/block/10.244.113.128-26
    /calico/ipam/v2/host/<node>/ipv4/block/10.244.113.128-26
    /calico/ipam/v2/handle/<handle>
"""

from ipaddress import ip_network
from typing import Final

from bgpkit_node.ipam.address import IPNetwork

ROOT: Final = "/calico/ipam/v2/"
CONFIG: Final = ROOT + "config"
BLOCKS: Final = ROOT + "assignment/"
"""Prefix of all blocks of both families."""
AFFINITIES: Final = ROOT + "host/"
"""Prefix of the affinities of all nodes."""
HANDLES: Final = ROOT + "handle/"
"""Prefix of all handles."""


def block_key(network: IPNetwork) -> str:
    """Return where the block ``network`` stands."""
    return f"{BLOCKS}ipv{network.version}/block/{_dashed(network)}"


def parse_block_key(key: str) -> IPNetwork:
    """Return the network of a block's key; ValueError when it is none."""
    version, _, rest = key.removeprefix(BLOCKS).partition("/block/")
    return _network(key, version, rest)


def affinities_of(node: str) -> str:
    """Return the prefix of the affinities of one node; ValueError when ``node`` cannot stand in a key."""
    return f"{AFFINITIES}{_segment('node name', node)}/"


def affinity_key(node: str, network: IPNetwork) -> str:
    """Return where the affinity of ``node`` to a block stands."""
    return f"{affinities_of(node)}ipv{network.version}/block/{_dashed(network)}"


def parse_affinity_key(key: str) -> tuple[str, IPNetwork]:
    """Return node and network of an affinity's key; ValueError when it is none."""
    node, _, rest = key.removeprefix(AFFINITIES).partition("/")
    version, _, block = rest.partition("/block/")
    return node, _network(key, version, block)


def handle_key(handle: str) -> str:
    """Return where a handle stands; ValueError when ``handle`` cannot stand in a key."""
    return f"{HANDLES}{_segment('handle', handle)}"


def parse_handle_key(key: str) -> str:
    """Return the handle of a handle's key."""
    return key.removeprefix(HANDLES)


def _segment(what: str, text: str) -> str:
    if not text or "/" in text:
        raise ValueError(f"{what} {text!r} is empty or contains a slash")
    return text


def _dashed(network: IPNetwork) -> str:
    return str(network).replace("/", "-")


def _network(key: str, version: str, dashed: str) -> IPNetwork:
    address, _, length = dashed.rpartition("-")
    try:
        network = ip_network(f"{address}/{length}")
    except ValueError as error:
        raise ValueError(f"{key} does not name a block: {error}") from error
    if version != f"ipv{network.version}":
        raise ValueError(f"{key} names a block of the other address family")
    return network
