"""Routes over IPIP tunnels and dummy devices, as Calico's nodes have them; in a guest kernel where this has neither."""

import pytest

from tests.integration.fib_node import facts, route, running, via
from tests.support.netns import Namespaces, connect

pytestmark = [pytest.mark.netns, pytest.mark.guest_kernel("ipip", "dummy"), pytest.mark.xdist_group("guest")]

ADDRESSES = ("10.0.1.1", "10.0.1.2")
BLOCKS = ("10.244.1.0/26", "10.244.2.64/26")


async def test_blocks_of_other_nodes_are_reached_through_the_tunnel(namespaces: Namespaces) -> None:
    """As ``ip`` words it: via the node, dev tunl0, proto bird, onlink. Packets between the blocks take the tunnel."""
    a, b = namespaces.node("a"), namespaces.node("b")
    connect(a, b, addresses=([f"{ADDRESSES[0]}/24"], [f"{ADDRESSES[1]}/24"]))
    for node, block in zip((a, b), BLOCKS, strict=True):
        node.ip("link", "set", "tunl0", "up", "mtu", "1480")
        node.ip("link", "add", "pods", "type", "dummy")
        node.ip("link", "set", "pods", "up")
        node.ip("addr", "add", f"{first(block)}/32", "dev", "pods")
    async with running(a) as here, running(b) as there:
        here.replace(route(BLOCKS[1], via(ADDRESSES[1], "tunl0", onlink=True)))
        here.replace(route("10.244.1.5/32", via(device="pods")))
        there.replace(route(BLOCKS[0], via(ADDRESSES[0], "tunl0", onlink=True)))
        await here.settled()
        await there.settled()
        rows = {row["dst"]: facts(row) for row in a.ip_json("-d", "route", "show", "proto", "bird")}
        assert rows == {
            BLOCKS[1]: {"type": "unicast", "gateway": ADDRESSES[1], "dev": "tunl0", "flags": ["onlink"]},
            "10.244.1.5": {"type": "unicast", "dev": "pods", "scope": "link"},
        }
        line = a.run(["ip", "route", "show", BLOCKS[1]]).stdout.split()
        assert line == [*f"{BLOCKS[1]} via {ADDRESSES[1]} dev tunl0 proto bird onlink".split()]
        sent = a.ip_json("-s", "link", "show", "tunl0")[0]["stats64"]["tx"]["packets"]
        ping = a.run(["ping", "-c2", "-i0.2", "-W2", "-I", first(BLOCKS[0]), first(BLOCKS[1])])
        assert "2 received" in ping.stdout
        assert a.ip_json("-s", "link", "show", "tunl0")[0]["stats64"]["tx"]["packets"] == sent + 2
        assert not await here.verify()
    async with running(a) as again:
        again.replace(route(BLOCKS[1], via(ADDRESSES[1], "tunl0", onlink=True)))
        await again.settled()
        assert (again.writes, again.leftover) == (0, 1)


def first(block: str) -> str:
    """Return the address after that of a block."""
    start, _, last = block.partition("/")[0].rpartition(".")
    return f"{start}.{int(last) + 1}"
