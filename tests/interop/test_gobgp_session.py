"""Sessions with GoBGP: both ways, both families, as gobgp itself tells."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.interop.remote_speaker import PATIENCE, RemoteSpeaker
from tests.support.daemons import GoBgp
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

StartGoBgp = Callable[[Namespace, str], GoBgp]
THEIRS, OURS, THEIRS6 = "10.9.0.1", "10.9.0.2", "2001:db8:9::1"
ESTABLISHED = 6  # SessionState of gobgp's API


def configuration(asn: int, *, passive: bool) -> str:
    """Return gobgpd's configuration: one neighbour, both unicast families on an IPv4 session."""
    return f"""
[global.config]
  as = {asn}
  router-id = "{THEIRS}"
  port = 179
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{OURS}"
    peer-as = 64512
  [neighbors.timers.config]
    connect-retry = 5
    idle-hold-time-after-reset = 1
  [neighbors.transport.config]
    passive-mode = {"true" if passive else "false"}
  [neighbors.graceful-restart.config]
    enabled = true
    restart-time = 60
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv6-unicast"
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true
"""


def path(gobgp: GoBgp, family: str, prefix: str) -> Mapping[str, Any] | None:
    """Return the first path that gobgp holds for a prefix: its attributes by their type code."""
    paths = gobgp.ask_json("global", "rib", "-a", family).get(prefix)
    if not paths:
        return None
    return {str(attribute["type"]): attribute for attribute in paths[0]["attrs"]}


def state(gobgp: GoBgp) -> int:
    """Return the state of gobgp's only neighbour."""
    found: int = gobgp.ask_json("neighbor")[0]["state"].get("session_state", 0)
    return found


@pytest.mark.parametrize("who", ["we connect", "gobgp connects"])
@pytest.mark.parametrize("asn", [64513, 64512], ids=["ebgp", "ibgp"])
def test_sessions_and_routes_of_both_families(
    who: str, asn: int, namespaces: Namespaces, start_gobgp: StartGoBgp, tmp_path: Path
) -> None:
    """Established, whoever connects; routes of both families travel both ways with their attributes."""
    we_connect = who == "we connect"
    switch, ours, theirs = namespaces.segment(), namespaces.node("ours"), namespaces.node("gobgp")
    switch.attach(theirs, f"{THEIRS}/24", f"{THEIRS6}/64")
    switch.attach(ours, f"{OURS}/24", "2001:db8:9::2/64")
    gobgp = start_gobgp(theirs, configuration(asn, passive=we_connect))
    gobgp.ask("global", "rib", "add", "10.77.1.0/24", "med", "42", "community", "64513:100", "nexthop", THEIRS)
    gobgp.ask("global", "rib", "add", "-a", "ipv6", "2001:db8:77::/48", "nexthop", THEIRS6)
    listen = [] if we_connect else [("0.0.0.0", 179)]
    with RemoteSpeaker(ours, tmp_path, asn=64512, bgp_identifier=OURS, listen=listen) as speaker:
        fields: dict[str, Any] = {"passive": not we_connect, "families": ["ipv4", "ipv6"]}
        fields["next_hops"] = ["2001:db8:9::2"]
        if asn != 64512:
            fields |= {"import_policy": ["0.0.0.0/0", "::/0"], "export_policy": ["10.88.0.0/16", "2001:db8:88::/48"]}
        speaker.add_peer(THEIRS, asn, **fields)
        speaker.announce("10.88.1.0/24", med=7, communities=["64512:5"])
        speaker.announce("2001:db8:88::/48")
        speaker.wait_established(THEIRS)
        wait_until(lambda: state(gobgp) == ESTABLISHED, "Established, as gobgp says", PATIENCE)
        wait_until(lambda: path(gobgp, "ipv4", "10.88.1.0/24") is not None, "our route in gobgp", PATIENCE)
        wait_until(lambda: path(gobgp, "ipv6", "2001:db8:88::/48") is not None, "our IPv6 route in gobgp", PATIENCE)
        assert_heard(gobgp, "" if asn == 64512 else "64512")
        wait_until(lambda: "10.77.1.0/24" in speaker.routes(peer=THEIRS), "gobgp's route", PATIENCE)
        wait_until(partial(holds6, speaker), "gobgp's IPv6 route", PATIENCE)
        got = speaker.routes(peer=THEIRS)["10.77.1.0/24"]
        assert (got["communities"], got["next_hop"]) == (["64513:100"], THEIRS)
        assert got["as_path"] == ("" if asn == 64512 else str(asn))
        gobgp.ask("global", "rib", "del", "10.77.1.0/24")
        wait_until(lambda: "10.77.1.0/24" not in speaker.routes(peer=THEIRS), "withdrawn by gobgp", PATIENCE)
        speaker.order("withdraw", prefixes=["10.88.1.0/24"])
        wait_until(lambda: path(gobgp, "ipv4", "10.88.1.0/24") is None, "withdrawn in gobgp", PATIENCE)


def assert_heard(gobgp: GoBgp, as_path: str) -> None:
    """See that gobgp has our routes as we sent them."""
    heard, heard6 = path(gobgp, "ipv4", "10.88.1.0/24"), path(gobgp, "ipv6", "2001:db8:88::/48")
    assert heard is not None
    assert heard6 is not None
    assert (heard["3"]["nexthop"], heard["4"]["metric"]) == (OURS, 7)
    assert heard["8"]["communities"] == [64512 << 16 | 5]
    segments: list[dict[str, list[int]]] = heard["2"].get("as_paths") or []
    assert " ".join(str(asn) for segment in segments for asn in segment["asns"]) == as_path
    assert heard6["14"]["nexthop"] == "2001:db8:9::2"


def holds6(speaker: RemoteSpeaker) -> bool:
    """Tell whether gobgp's IPv6 route has come."""
    return "2001:db8:77::/48" in speaker.routes("ipv6", THEIRS)


def test_gobgp_keeps_our_routes_through_a_restart_of_ours(
    namespaces: Namespaces, start_gobgp: StartGoBgp, tmp_path: Path
) -> None:
    """Our speaker is killed: gobgp keeps its routes until the next one has said what is left of them."""
    switch, ours, theirs = namespaces.segment(), namespaces.node("ours"), namespaces.node("gobgp")
    switch.attach(theirs, f"{THEIRS}/24")
    switch.attach(ours, f"{OURS}/24")
    gobgp = start_gobgp(theirs, configuration(64512, passive=False))

    def speaker(*own: str, restarting: bool) -> RemoteSpeaker:
        made = RemoteSpeaker(
            ours, tmp_path, asn=64512, bgp_identifier=OURS, listen=[("0.0.0.0", 179)], restarting=restarting
        )
        made.announce(*own)
        made.add_peer(THEIRS, 64512, families=["ipv4", "ipv6"])
        return made

    with speaker("10.88.1.0/24", "10.88.2.0/24", restarting=False) as first:
        wait_until(lambda: path(gobgp, "ipv4", "10.88.2.0/24") is not None, "our routes in gobgp", PATIENCE)
        first.kill()
    wait_until(lambda: state(gobgp) != ESTABLISHED, "gobgp sees the session end", PATIENCE)
    assert path(gobgp, "ipv4", "10.88.1.0/24") is not None
    with speaker("10.88.1.0/24", restarting=True):

        def second_gone() -> bool:
            assert path(gobgp, "ipv4", "10.88.1.0/24") is not None
            return path(gobgp, "ipv4", "10.88.2.0/24") is None

        wait_until(second_gone, "the route that was not announced again is gone", PATIENCE)
