"""A block, and an address out of it, given to one node and then to another, as address management does."""

from ipaddress import IPv4Address, ip_network
from typing import Final

from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import SqliteSettings
from bgpkit_node.ipam import Ipam, StoredPools, load_snapshot
from tests.integration.agents import PATIENCE
from tests.integration.tunnel_lab import TunnelLab
from tests.support.processes import wait_until

BLOCK: Final = "10.244.200.0/26"
BORROWED: Final = IPv4Address("10.244.200.9")
_FIRST: Final = IPv4Address("10.244.200.1")


async def move(lab: TunnelLab, before: str, after: str, address: IPv4Address = _FIRST) -> None:
    """Give a block to a node, by giving it an address out of it, and take it from the one before."""
    async with opened_store(SqliteSettings(lab.datastore)) as store:
        ipam = Ipam(store.datastore, StoredPools(store))
        if before:
            await ipam.release_address(address, handle="moving")
            network = ip_network(BLOCK)
            block = (await load_snapshot(store.datastore)).blocks[network]
            assert await ipam.give_up_empty(before, network, block.sequence)
        await ipam.assign_address(address, node=after, handle="moving", attributes={})


def wait_route(lab: TunnelLab, destination: str, node: str) -> None:
    """Wait until n1 has a route by the tunnel to a node."""
    ends = lab.machines["n1"].ip_json("neigh", "show", "dev", "vxlan.calico", "nud", "permanent")
    mac = lab.device(node)["address"]
    gateway = next(row["dst"] for row in ends if row["lladdr"] == mac)

    def there() -> bool:
        rows = lab.machines["n1"].ip_json("route", "show", destination, "proto", "bird")
        return [(row.get("gateway"), row.get("dev")) for row in rows] == [(gateway, "vxlan.calico")]

    wait_until(there, f"{destination} by {node}", PATIENCE)
