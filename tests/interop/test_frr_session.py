"""Sessions with FRR: both ways, both families, as vtysh itself tells."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.interop.remote_speaker import PATIENCE, RemoteSpeaker
from tests.support.daemons import Frr
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

THEIRS, OURS, THEIRS6, OURS6 = "10.9.0.1", "10.9.0.2", "2001:db8:9::1", "2001:db8:9::2"


def configuration(asn: int, *, passive: bool) -> str:
    """Return bgpd's configuration: a neighbour, both unicast families, one route of each."""
    return f"""
router bgp {asn}
 bgp router-id {THEIRS}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {OURS} remote-as 64512
 neighbor {OURS} timers connect 2
 {f"neighbor {OURS} passive" if passive else ""}
 address-family ipv4 unicast
  network 10.77.1.0/24 route-map ours
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:77::/48
  neighbor {OURS} activate
 exit-address-family
route-map ours permit 10
 set community 64513:100
 set metric 42
"""


def known(frr: Frr, family: str, prefix: str) -> dict[str, Any] | None:
    """Return the first path that bgpd holds for a prefix."""
    paths = frr.ask_json(f"show bgp {family} unicast {prefix}").get("paths")
    found: dict[str, Any] | None = paths[0] if paths else None
    return found


def assert_heard(frr: Frr, as_path: str) -> None:
    """See that FRR has our routes as we sent them."""
    heard, heard6 = known(frr, "ipv4", "10.88.1.0/24"), known(frr, "ipv6", "2001:db8:88::/48")
    assert heard is not None
    assert heard6 is not None
    assert heard["aspath"]["string"] == as_path
    assert (heard["metric"], heard["community"]["string"]) == (7, "64512:5")
    assert heard["largeCommunity"]["string"] == "64512:3:4"
    assert (heard["nexthops"][0]["ip"], heard6["nexthops"][0]["ip"]) == (OURS, OURS6)


@pytest.mark.parametrize("who", ["we connect", "frr connects"])
@pytest.mark.parametrize("asn", [64513, 64512], ids=["ebgp", "ibgp"])
def test_sessions_and_routes_of_both_families(
    who: str, asn: int, namespaces: Namespaces, start_frr: Callable[[Namespace, str], Frr], tmp_path: Path
) -> None:
    """Established, whoever connects; routes of both families travel both ways with their attributes."""
    we_connect = who == "we connect"
    switch, ours, theirs = namespaces.segment(), namespaces.node("ours"), namespaces.node("frr")
    switch.attach(theirs, f"{THEIRS}/24", f"{THEIRS6}/64")
    switch.attach(ours, f"{OURS}/24", f"{OURS6}/64")
    frr = start_frr(theirs, configuration(asn, passive=we_connect))
    listen = [] if we_connect else [("0.0.0.0", 179)]
    with RemoteSpeaker(ours, tmp_path, asn=64512, bgp_identifier=OURS, listen=listen) as speaker:
        fields: dict[str, Any] = {"passive": not we_connect, "families": ["ipv4", "ipv6"], "next_hops": [OURS6]}
        if asn != 64512:
            fields |= {"import_policy": ["0.0.0.0/0", "::/0"], "export_policy": ["10.88.0.0/16", "2001:db8:88::/48"]}
        speaker.add_peer(THEIRS, asn, **fields)
        speaker.announce("10.88.1.0/24", med=7, communities=["64512:5"], large_communities=["64512:3:4"])
        speaker.announce("2001:db8:88::/48")
        speaker.wait_established(THEIRS)
        wait_until(lambda: frr.is_established(OURS), "Established, as FRR says", PATIENCE)
        wait_until(lambda: known(frr, "ipv4", "10.88.1.0/24") is not None, "our route in FRR", PATIENCE)
        wait_until(lambda: known(frr, "ipv6", "2001:db8:88::/48") is not None, "our IPv6 route in FRR", PATIENCE)
        assert_heard(frr, "Local" if asn == 64512 else "64512")
        wait_until(lambda: "10.77.1.0/24" in speaker.routes(peer=THEIRS), "FRR's route", PATIENCE)
        wait_until(lambda: "2001:db8:77::/48" in speaker.routes("ipv6", THEIRS), "FRR's IPv6 route", PATIENCE)
        got = speaker.routes(peer=THEIRS)["10.77.1.0/24"]
        assert (got["med"], got["communities"], got["next_hop"]) == (42, ["64513:100"], THEIRS)
        speaker.order("withdraw", prefixes=["10.88.1.0/24"])
        wait_until(lambda: known(frr, "ipv4", "10.88.1.0/24") is None, "withdrawn in FRR", PATIENCE)
        frr.ask("configure terminal", f"router bgp {asn}", "address-family ipv4 unicast", "no network 10.77.1.0/24")
        wait_until(lambda: "10.77.1.0/24" not in speaker.routes(peer=THEIRS), "withdrawn by FRR", PATIENCE)
        speaker.order("remove_peer", address=THEIRS)
        wait_until(lambda: not frr.is_established(OURS), "the end of the session in FRR", PATIENCE)
        neighbour = frr.ask_json("show bgp neighbors")[OURS]
        assert neighbour["lastNotificationReason"] == "Cease/Peer De-configured"
