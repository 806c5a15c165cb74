"""Routes of other families through our reflector: what one client has announced, the others hold."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.interop.gobgp_client import attribute, client_configuration, held
from tests.interop.reflector_process import ReflectorProcess
from tests.interop.remote_speaker import PATIENCE
from tests.support.daemons import Frr, GoBgp
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

StartGoBgp = Callable[[Namespace, str], GoBgp]
StartFrr = Callable[[Namespace, str], Frr]

REFLECTOR, SENDER, RECEIVER, OTHER = ADDRESSES = ("10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.4")
FAMILIES = "ipv4-vpn,ipv4-labeled-unicast,ipv4-flowspec,l2vpn-evpn"
GOBGP_FAMILIES = ("l3vpn-ipv4-unicast", "ipv4-labelled-unicast", "ipv4-flowspec", "l2vpn-evpn")
TABLES = ("vpnv4", "ipv4-mpls", "ipv4-flowspec", "evpn")
VPN = "64512:1:10.77.1.0/24"
FRR = f"""
router bgp 64512
 bgp router-id {OTHER}
 no bgp default ipv4-unicast
 neighbor {REFLECTOR} remote-as 64512
 neighbor {REFLECTOR} timers connect 1
 address-family ipv4 vpn
  neighbor {REFLECTOR} activate
  network 10.66.1.0/24 rd 64512:9 label 999
 exit-address-family
 address-family l2vpn evpn
  neighbor {REFLECTOR} activate
 exit-address-family
 address-family ipv4 flowspec
  neighbor {REFLECTOR} activate
 exit-address-family
"""


@contextmanager
def reflector(namespaces: Namespaces, folder: Path, families: str) -> Generator[dict[str, Namespace]]:
    """Run our reflector on a segment with three other nodes, which are given by their addresses."""
    switch = namespaces.segment()
    nodes = {address: namespaces.node(f"n{address[-1]}") for address in ADDRESSES}
    for address, node in nodes.items():
        switch.attach(node, f"{address}/24")
    words = ("--families", families)
    with ReflectorProcess(nodes[REFLECTOR], folder, REFLECTOR, *words, clients="10.9.0.0/24"):
        yield nodes


def told(gobgp: GoBgp, table: str) -> Mapping[str, Any]:
    """Return what gobgp holds of a table by what the sender decides: NLRI with labels, communities, next hop."""
    return {
        nlri: (path["nlri"], attribute(path, 16), attribute(path, 8), attribute(path, 14)["nexthop"])
        for nlri, path in held(gobgp, table).items()
    }


def holds(gobgp: GoBgp, table: str, wanted: Mapping[str, Any]) -> bool:
    """Tell whether gobgp holds just this of a table."""
    return told(gobgp, table) == wanted


def test_clients_hold_what_another_one_announced(
    namespaces: Namespaces, start_gobgp: StartGoBgp, start_frr: StartFrr, tmp_path: Path
) -> None:
    """VPNs, labels, flow specifications, EVPN: from GoBGP to GoBGP and FRR, from FRR to GoBGP; replaced, withdrawn."""
    with reflector(namespaces, tmp_path, FAMILIES) as nodes:
        sender = start_gobgp(nodes[SENDER], client_configuration(SENDER, GOBGP_FAMILIES, REFLECTOR))
        receiver = start_gobgp(nodes[RECEIVER], client_configuration(RECEIVER, GOBGP_FAMILIES, REFLECTOR))
        frr = start_frr(nodes[OTHER], FRR)
        announce(sender)
        wanted = {table: told(sender, table) for table in TABLES}
        assert [len(routes) for routes in wanted.values()] == [1, 1, 1, 3]
        for table in TABLES[1:]:
            wait_until(partial(holds, receiver, table, wanted[table]), f"{table} as it was sent", PATIENCE)
        wait_until(lambda: len(told(receiver, "vpnv4")) == 2, "the VPN routes of GoBGP and FRR", PATIENCE)
        assert told(receiver, "vpnv4")[VPN] == wanted["vpnv4"][VPN]
        foreign = held(receiver, "vpnv4")["64512:9:10.66.1.0/24"]
        assert (foreign["nlri"]["labels"], attribute(foreign, 14)["nexthop"]) == ([999], OTHER)
        assert (attribute(foreign, 9)["value"], attribute(foreign, 10)["value"]) == (OTHER, [REFLECTOR])
        wait_until(lambda: label_in(frr) == 10, "the VPN route in FRR", PATIENCE)
        wait_until(lambda: frr.ask_json("show bgp l2vpn evpn").get("numPrefix") == 3, "EVPN in FRR", PATIENCE)
        wait_until(lambda: "FS:rate 0.000000" in frr.ask("show bgp ipv4 flowspec detail"), "the rule in FRR", PATIENCE)

        sender.ask("global", "rib", "add", "-a", "vpnv4", *vpn(label=20))
        wait_until(lambda: label_in(frr) == 20, "another label in FRR", PATIENCE)
        wait_until(lambda: held(receiver, "vpnv4")[VPN]["nlri"]["labels"] == [20], "another label", PATIENCE)
        frr.ask(f"clear bgp ipv4 vpn {REFLECTOR} soft in")
        sender.ask("global", "rib", "del", "-a", "vpnv4", *vpn(label=20))
        wait_until(lambda: label_in(frr) is None, "withdrawn from FRR", PATIENCE)
        for table in TABLES:
            sender.ask("global", "rib", "del", "-a", table, "all", check=False)
        sender.stop()
        for table in TABLES[1:]:
            wait_until(partial(holds, receiver, table, {}), f"no {table} any more", PATIENCE)
        assert list(told(receiver, "vpnv4")) == ["64512:9:10.66.1.0/24"]


def vpn(*, label: int) -> tuple[str, ...]:
    """Return GoBGP's words for the VPN route."""
    return ("10.77.1.0/24", "label", str(label), "rd", "64512:1", "rt", "64512:100", "nexthop", SENDER)


def announce(gobgp: GoBgp) -> None:
    """Let gobgp originate a few routes of each family."""
    add, service = ("global", "rib", "add", "-a"), ("rd", "64512:1", "rt", "64512:200", "nexthop", SENDER)
    gobgp.ask(*add, "vpnv4", *vpn(label=10))
    gobgp.ask(*add, "ipv4-mpls", "10.88.0.0/24", "100", "nexthop", SENDER)
    match = ("match", "destination", "10.0.0.0/24", "protocol", "tcp", "destination-port", "==80", "then", "discard")
    gobgp.ask(*add, "ipv4-flowspec", *match)
    gobgp.ask(*add, "evpn", "multicast", SENDER, "etag", "100", *service)
    gobgp.ask(*add, "evpn", "prefix", "10.78.0.0/24", "etag", "10", *service, "label", "77")
    host = ("macadv", "aa:bb:cc:dd:ee:04", "10.0.0.4", "etag", "1", "label", "1000")
    gobgp.ask(*add, "evpn", *host, *service, "encap", "vxlan")


def label_in(frr: Frr) -> int | None:
    """Return the label of the VPN route that FRR holds."""
    known = frr.ask_json("show bgp ipv4 vpn 10.77.1.0/24").get("64512:1")
    label: int | None = known["paths"][0]["remoteLabel"] if known else None
    return label


def test_vpn_routes_go_where_vrfs_import_them(
    namespaces: Namespaces, start_gobgp: StartGoBgp, start_frr: StartFrr, tmp_path: Path
) -> None:
    """Route Target constraint with GoBGP, which sends and asks for what its VRFs say; FRR without it gets all."""
    families = ("l3vpn-ipv4-unicast", "rtc")
    red, blue = "64512:1:10.77.1.0/24", "64512:2:10.77.2.0/24"
    with reflector(namespaces, tmp_path, "ipv4-vpn,ipv4-route-target") as nodes:
        sender = start_gobgp(nodes[SENDER], client_configuration(SENDER, families, REFLECTOR))
        receiver = start_gobgp(nodes[RECEIVER], client_configuration(RECEIVER, families, REFLECTOR))
        frr = start_frr(nodes[OTHER], FRR)
        for number, name in (("1", "red"), ("2", "blue")):
            sender.ask("vrf", "add", name, "rd", f"64512:{number}", "rt", "both", f"64512:{number}00")
            sender.ask("vrf", name, "rib", "add", f"10.77.{number}.0/24")
        receiver.ask("vrf", "add", "red", "rd", "64512:11", "rt", "both", "64512:100")
        wait_until(lambda: list(held(receiver, "vpnv4")) == [red], "the routes of one VRF", PATIENCE)
        wait_until(
            lambda: len(frr.ask_json("show bgp ipv4 vpn")["routes"]["routeDistinguishers"]) == 3, "all", PATIENCE
        )
        assert list(held(receiver, "vpnv4")) == [red]
        receiver.ask("vrf", "add", "blue", "rd", "64512:12", "rt", "both", "64512:200")
        wait_until(lambda: set(held(receiver, "vpnv4")) == {red, blue}, "the routes of both", PATIENCE)
        receiver.ask("vrf", "del", "blue")
        wait_until(lambda: list(held(receiver, "vpnv4")) == [red], "those of one again", PATIENCE)
