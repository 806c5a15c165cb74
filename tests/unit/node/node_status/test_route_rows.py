"""Routes in Calico's fields: whence they are, whether they forward, and what is said when they are too many."""

import msgspec

from bgpkit_node.node_status.route_rows import MOST, routes_status
from bgpkit_node.resources.node_status import LearnedFrom, RouteOrigin, RoutesStatus, RouteStatus, RouteUse
from bgpkit_node.resources.part import to_plain
from tests.support.running_nodes import BLOCK, LEARNED, UP, looked_at


def _by_destination(rows: tuple[RouteStatus, ...]) -> dict[object, dict[str, object]]:
    return {row.destination: to_plain(row) for row in rows}


async def test_routes_of_bgp_are_told_with_their_peer() -> None:
    """Here nothing is written to the kernel: they do not forward; the machine's own networks do."""
    async with looked_at() as agent:
        status, cut = await routes_status(agent.serving)
    rows = _by_destination(status.routes_v4)
    assert rows[str(LEARNED)] == {
        "type": "RIB",
        "destination": str(LEARNED),
        "gateway": UP,
        "learnedFrom": {"sourceType": "NodeMesh", "peerIP": UP},
    }
    assert rows[str(BLOCK)] == {
        "type": "RIB",
        "destination": str(BLOCK),
        "gateway": "N/A",
        "interface": "blackhole",
        "learnedFrom": {"sourceType": "Static"},
    }
    assert cut == ""


def test_the_largest_report_is_one_that_etcd_takes() -> None:
    """With the longest rows there are, of both IP versions: etcd takes requests of 1.5 MiB."""
    peer = LearnedFrom(source_type=RouteOrigin.MESH, peer_ip="255.255.255.255")
    four = RouteStatus(
        type=RouteUse.FIB,
        destination="255.255.255.255/32",
        gateway="255.255.255.255",
        interface="x" * 15,
        learned_from=peer,
    )
    long = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    six = msgspec.structs.replace(
        four,
        destination=f"{long}/128",
        gateway=long,
        learned_from=LearnedFrom(source_type=RouteOrigin.MESH, peer_ip=long),
    )
    status = RoutesStatus(routes_v4=(four,) * MOST, routes_v6=(six,) * MOST)
    assert len(msgspec.json.encode(to_plain(status))) < 1.2 * 2**20


async def test_what_is_too_much_is_cut_and_told() -> None:
    """Of each IP version on its own."""
    async with looked_at() as agent:
        whole, _ = await routes_status(agent.serving)
        status, cut = await routes_status(agent.serving, most=1)
    assert len(status.routes_v4) == 1
    assert f"routesV4: 1 of {len(whole.routes_v4)} routes" in cut
    assert await routes_status(None) == (type(status)(), "")
