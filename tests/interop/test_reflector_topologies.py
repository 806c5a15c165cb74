"""Several reflectors, ours and those of others: no loops, no lasting change, and what is withdrawn is gone for all."""

import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.interop.remote_speaker import PATIENCE, RemoteSpeaker
from tests.support.daemons import Bird, Frr
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
StartFrr = Callable[[Namespace, str], Frr]

OURS, BIRD, FRR, CLIENT = ADDRESSES = ("10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.4")
LISTEN = [("0.0.0.0", 179)]
FROM_FRR, FROM_BIRD, FROM_CLIENT = "10.77.1.0/24", "10.78.1.0/24", "10.79.1.0/24"


def bird_configuration(address: str, *peers: tuple[str, str], route: str | None = None) -> str:
    """Return BIRD's configuration: peers as (address, what else to say of them), perhaps a route of its own."""
    protocols = "".join(
        f"""
protocol bgp peer{peer[-1]} {{
  local {address} as 64512;
  neighbor {peer} as 64512;
  connect retry time 1; connect delay time 1; error wait time 1, 1;
  {words}
  ipv4 {{ import all; export where source = RTS_BGP || source = RTS_STATIC; }};
}}"""
        for peer, words in peers
    )
    own = f"protocol static {{ ipv4; route {route} blackhole; }}" if route else ""
    return f"log stderr all; router id {address}; protocol device {{}} protocol direct {{ ipv4; }} {own} {protocols}"


def frr_configuration(address: str, *peers: tuple[str, bool], cluster_id: str = "", route: str | None = None) -> str:
    """Return bgpd's configuration: peers, whether they are clients, perhaps a cluster and a route of its own."""
    neighbors = "\n".join(f" neighbor {peer} remote-as 64512\n neighbor {peer} timers connect 1" for peer, _ in peers)
    clients = "\n".join(f"  neighbor {peer} route-reflector-client" for peer, client in peers if client)
    return f"""
router bgp 64512
 bgp router-id {address}
 no bgp network import-check
 {f"bgp cluster-id {cluster_id}" if cluster_id else ""}
{neighbors}
 address-family ipv4 unicast
{clients}
  {f"network {route}" if route else ""}
 exit-address-family
"""


@contextmanager
def segment(namespaces: Namespaces) -> Generator[dict[str, Namespace]]:
    """Lay a segment with four nodes, which are given by their addresses."""
    switch = namespaces.segment()
    nodes = {address: namespaces.node(f"n{address[-1]}") for address in ADDRESSES}
    for address, node in nodes.items():
        switch.attach(node, f"{address}/24")
    yield nodes


def paths_in_bird(bird: Bird, prefix: str) -> int:
    """Return how many paths to a prefix BIRD has from BGP."""
    return bird.ask("show", "route", "for", prefix, "all", check=False).count("BGP.local_pref")


def is_gone(bird: Bird, prefix: str) -> bool:
    """Tell whether BIRD has no path to a prefix from BGP."""
    return paths_in_bird(bird, prefix) == 0


def paths_in_frr(frr: Frr, prefix: str) -> int:
    """Return how many paths to a prefix FRR has from peers."""
    paths = frr.ask_json(f"show bgp ipv4 unicast {prefix}").get("paths", [])
    return sum(path["peer"]["peerId"] != "0.0.0.0" for path in paths)


def updates_in_bird(bird: Bird) -> list[int]:
    """Return how many UPDATEs BIRD has taken and made, for each peer."""
    answer = bird.ask("show", "protocols", "all")
    return [int(number) for number in re.findall(r"(?:Import|Export) updates: +(\d+)", answer)]


def is_steady(*birds: Bird) -> bool:
    """Tell whether nothing is announced any more for a while."""
    before = [updates_in_bird(bird) for bird in birds]
    time.sleep(0.7)
    return before == [updates_in_bird(bird) for bird in birds]


@pytest.mark.parametrize("clusters", [("10.9.0.100", "10.9.0.100"), (OURS, BIRD)], ids=["one cluster", "two clusters"])
def test_two_reflectors_serve_the_same_clients(
    clusters: tuple[str, str], namespaces: Namespaces, start_bird: StartBird, start_frr: StartFrr, tmp_path: Path
) -> None:
    """Ours and BIRD reflect between FRR and another BIRD, each a client of both; either may go."""
    with (
        segment(namespaces) as nodes,
        RemoteSpeaker(
            nodes[OURS], tmp_path, asn=64512, bgp_identifier=OURS, cluster_id=clusters[0], listen=LISTEN
        ) as ours,
    ):
        ours.add_peer(BIRD, 64512, passive=True)
        for address in (FRR, CLIENT):
            ours.add_peer(address, 64512, passive=True, route_reflector_client=True)
        served = f"rr client; rr cluster id {clusters[1]};"
        reflector = start_bird(
            nodes[BIRD],
            bird_configuration(BIRD, (OURS, f"rr cluster id {clusters[1]};"), (FRR, served), (CLIENT, served)),
        )
        frr = start_frr(nodes[FRR], frr_configuration(FRR, (OURS, False), (BIRD, False), route=FROM_FRR))
        client = start_bird(nodes[CLIENT], bird_configuration(CLIENT, (OURS, ""), (BIRD, ""), route=FROM_BIRD))
        ours.wait_established(BIRD, FRR, CLIENT)
        wait_until(lambda: paths_in_bird(client, FROM_FRR) == 2, "two paths in the BIRD client", PATIENCE)
        wait_until(lambda: paths_in_frr(frr, FROM_BIRD) == 2, "two paths in FRR", PATIENCE)
        one_cluster = clusters[0] == clusters[1]
        wait_until(lambda: FROM_FRR in ours.routes(peer=BIRD), "the other reflector's route", PATIENCE)
        wait_until(lambda: ours.routes().get(FROM_FRR, {}).get("peer") == FRR, "the client's own path", PATIENCE)
        again = ours.routes(peer=BIRD)[FROM_FRR]
        assert again["reason"] == ("our own cluster is in CLUSTER_LIST" if one_cluster else "")
        assert (again["originator_id"], again["cluster_list"]) == (FRR, [clusters[1]])
        assert ours.routes()[FROM_FRR]["cluster_list"] == []
        wait_until(lambda: is_steady(reflector, client), "nothing announced any more", PATIENCE)

        frr.ask("configure", "router bgp 64512", "address-family ipv4 unicast", f"no network {FROM_FRR}")
        for bird in (reflector, client):
            wait_until(partial(is_gone, bird, FROM_FRR), "withdrawn from BIRD", PATIENCE)
        wait_until(lambda: FROM_FRR not in ours.routes() | ours.routes(peer=BIRD), "withdrawn", PATIENCE)
        wait_until(lambda: is_steady(reflector, client), "quiet after the withdrawal", PATIENCE)
        assert paths_in_frr(frr, FROM_FRR) == 0
        reflector.stop()
        wait_until(lambda: paths_in_frr(frr, FROM_BIRD) == 1, "the other path in FRR", PATIENCE)


def test_reflectors_above_reflectors(
    namespaces: Namespaces, start_bird: StartBird, start_frr: StartFrr, tmp_path: Path
) -> None:
    """Ours above BIRD and FRR, which reflect for clients of their own: down and up with every cluster in the list."""
    with (
        segment(namespaces) as nodes,
        RemoteSpeaker(nodes[OURS], tmp_path, asn=64512, bgp_identifier=OURS, listen=LISTEN) as ours,
        RemoteSpeaker(nodes[CLIENT], tmp_path, asn=64512, bgp_identifier=CLIENT, listen=LISTEN) as client,
    ):
        for below in (BIRD, FRR):
            ours.add_peer(below, 64512, passive=True, route_reflector_client=True)
        words = "rr cluster id 10.9.0.102;"
        peers = (OURS, words), (CLIENT, f"rr client; {words}")
        bird = start_bird(nodes[BIRD], bird_configuration(BIRD, *peers, route=FROM_BIRD))
        configuration = frr_configuration(FRR, (OURS, False), (CLIENT, True), cluster_id="10.9.0.103", route=FROM_FRR)
        frr = start_frr(nodes[FRR], configuration)
        client.add_peer(BIRD, 64512, passive=True)
        ours.wait_established(BIRD, FRR)
        client.wait_established(BIRD)
        client.announce(FROM_CLIENT)
        wait_until(lambda: paths_in_frr(frr, FROM_CLIENT) == 1, "the client's route in FRR", PATIENCE)
        (path,) = frr.ask_json(f"show bgp ipv4 unicast {FROM_CLIENT}")["paths"]
        assert path["originatorId"] == CLIENT
        assert path["clusterList"]["list"] == [OURS, "10.9.0.102"]
        wait_until(lambda: FROM_FRR in client.routes(), "FRR's route at the client", PATIENCE)
        heard = client.routes()[FROM_FRR]
        assert (heard["originator_id"], heard["cluster_list"]) == (FRR, ["10.9.0.102", OURS])
        assert heard["next_hop"] == FRR

        client.add_peer(FRR, 64512, passive=True)  # now of both clusters, and the routes go in a circle
        client.wait_established(FRR)
        wait_until(lambda: paths_in_frr(frr, FROM_CLIENT) == 2, "both ways in FRR", PATIENCE)
        wait_until(lambda: FROM_CLIENT in ours.routes(peer=FRR), "both ways at the top", PATIENCE)
        wait_until(lambda: is_steady(bird), "nothing announced any more", PATIENCE)
        client.order("withdraw", prefixes=[FROM_CLIENT])
        wait_gone(ours, bird, frr)
        wait_until(lambda: is_steady(bird), "quiet after the withdrawal", PATIENCE)
        assert set(ours.routes()) == {FROM_FRR, FROM_BIRD}


def wait_gone(ours: RemoteSpeaker, bird: Bird, frr: Frr) -> None:
    """Wait until none of the reflectors has the client's route any more."""
    wait_until(lambda: paths_in_frr(frr, FROM_CLIENT) == 0, "withdrawn from FRR", PATIENCE)
    wait_until(partial(is_gone, bird, FROM_CLIENT), "withdrawn from BIRD", PATIENCE)
    wait_until(lambda: FROM_CLIENT not in ours.routes(), "withdrawn at the top", PATIENCE)
