"""Sessions with BIRD 2: both ways, both families, graceful restart on either side, reflection between two."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.interop.remote_speaker import PATIENCE, RemoteSpeaker
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
BIRD4, OURS4, BIRD6, OURS6 = "10.9.0.1", "10.9.0.2", "2001:db8:9::1", "2001:db8:9::2"

BIRD = """
log stderr all;
router id {router_id};
protocol device {{}}
protocol static four {{ ipv4; {routes4} }}
protocol static six {{ ipv6; {routes6} }}
"""
STATIC4 = """
route 10.77.1.0/24 blackhole { bgp_med = 42; bgp_community.add((64513, 100)); bgp_large_community.add((64513, 1, 2)); };
route 10.77.2.0/24 blackhole;
"""
STATIC6 = "route 2001:db8:77::/48 blackhole;"


def cabled(namespaces: Namespaces, *words: str) -> list[Namespace]:
    """Return nodes on one segment: the first is ours, the others take .1, .3, ..."""
    switch = namespaces.segment()
    nodes = [namespaces.node(word) for word in words]
    for node, number in zip(nodes, (2, 1, 3), strict=False):
        switch.attach(node, f"10.9.0.{number}/24", f"2001:db8:9::{number}/64")
    return nodes


PASSIVE = "passive on;"
"""Where routes are kept: the Cease of a connection collision ends what BIRD keeps for a graceful restart."""


def bgp(name: str, local: str, remote: str, family: str, *, asn: int, peer_asn: int = 64512, options: str = "") -> str:
    """Return a BGP protocol of BIRD's configuration."""
    return f"""
protocol bgp {name} {{
  local {local} as {asn}; neighbor {remote} as {peer_asn};
  connect delay time 1; connect retry time 2; error wait time 1, 2;
  {options}
  {family} {{ import all; export all; }};
}}
"""


def bird_configuration(*protocols: str, router_id: str = BIRD4, routes4: str = STATIC4, routes6: str = STATIC6) -> str:
    """Return a configuration of BIRD's with static routes."""
    return BIRD.format(router_id=router_id, routes4=routes4, routes6=routes6) + "".join(protocols)


def route(bird: Bird, prefix: str) -> str:
    """Return all that BIRD says of its routes to a prefix."""
    return bird.ask("show", "route", "all", prefix, check=False)


def says(text: str, *lines: str) -> bool:
    """Tell whether each of ``lines`` is a line of what BIRD said."""
    said = [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]
    return all(line in said for line in lines)


def both_protocols(asn: int, options: str, **routes: str) -> str:
    """Return a configuration with a session for each family."""
    return bird_configuration(
        bgp("v4", BIRD4, OURS4, "ipv4", asn=asn, options=options),
        bgp("v6", BIRD6, OURS6, "ipv6", asn=asn, options=options),
        **routes,
    )


def assert_heard(bird: Bird, as_path: str) -> None:
    """See that BIRD has our routes as we sent them, and not the one that goes to nobody."""
    heard = route(bird, "10.88.1.0/24")
    assert says(
        heard,
        "BGP.origin: IGP",
        f"BGP.as_path: {as_path}".strip(),
        f"BGP.next_hop: {OURS4}",
        "BGP.med: 7",
        "BGP.community: (64512,5) (64512,6)",
        "BGP.large_community: (64512, 3, 4)",
    ), heard
    assert says(route(bird, "2001:db8:88::/48"), f"BGP.next_hop: {OURS6}")
    assert "10.99.0.0" not in bird.ask("show", "route")


def assert_received(speaker: RemoteSpeaker, as_path: str, med: int | None) -> None:
    """Wait for BIRD's routes and see that they are as BIRD sent them."""
    wait_until(lambda: len(speaker.routes(peer=BIRD4)) >= 2, "BIRD's routes", PATIENCE)
    wait_until(lambda: "2001:db8:77::/48" in speaker.routes("ipv6", BIRD6), "BIRD's IPv6 route", PATIENCE)
    got = speaker.routes(peer=BIRD4)["10.77.1.0/24"]
    assert (got["communities"], got["large_communities"]) == (["64513:100"], ["64513:1:2"])
    assert (got["as_path"], got["next_hop"], got["med"]) == (as_path, BIRD4, med)
    assert speaker.routes("ipv6", BIRD6)["2001:db8:77::/48"]["next_hop"] == BIRD6


@pytest.mark.parametrize("who", ["we connect", "bird connects"])
@pytest.mark.parametrize("asn", [64513, 4200000001, 64512], ids=["ebgp", "ebgp with 4-octet AS", "ibgp"])
def test_sessions_and_routes_of_both_families(
    who: str, asn: int, namespaces: Namespaces, start_bird: StartBird, tmp_path: Path
) -> None:
    """Established, whoever connects; IPv4 and IPv6 routes go both ways with their attributes, as both sides tell."""
    we_connect, internal = who == "we connect", asn == 64512
    ours, theirs = cabled(namespaces, "ours", "bird")
    options = "passive on;" if we_connect else ""
    bird = start_bird(theirs, both_protocols(asn, options))
    listen = [] if we_connect else [("0.0.0.0", 179), ("::", 179)]
    with RemoteSpeaker(ours, tmp_path, asn=64512, bgp_identifier=OURS4, listen=listen) as speaker:
        both: dict[str, object] = {"passive": not we_connect}
        if not internal:
            both |= {"import_policy": ["0.0.0.0/0", "::/0"], "export_policy": ["10.88.0.0/16", "2001:db8:88::/48"]}
        speaker.add_peer(BIRD4, asn, local_address=OURS4, **both)
        speaker.add_peer(BIRD6, asn, local_address=OURS6, families=["ipv6"], **both)
        speaker.announce("10.88.1.0/24", med=7, communities=["64512:5", "64512:6"], large_communities=["64512:3:4"])
        speaker.announce("2001:db8:88::/48")
        speaker.announce("10.99.0.0/16", communities=["no-advertise"])
        speaker.wait_established(BIRD4, BIRD6)
        for name in ("v4", "v6"):
            wait_until(partial(bird.is_established, name), f"Established, as BIRD says of {name}", PATIENCE)
        wait_until(lambda: "2001:db8:88::/48" in bird.ask("show", "route"), "our route in BIRD", PATIENCE)
        wait_until(lambda: "10.88.1.0/24" in bird.ask("show", "route"), "our route in BIRD", PATIENCE)
        assert_heard(bird, "" if internal else "64512")
        # BIRD tells external peers no MED of static routes.
        assert_received(speaker, "" if internal else str(asn), 42 if internal else None)
        speaker.order("withdraw", prefixes=["10.88.1.0/24"])
        wait_until(lambda: "10.88.1.0" not in bird.ask("show", "route"), "withdrawn in BIRD", PATIENCE)
        bird.reconfigure(both_protocols(asn, options, routes4="route 10.77.2.0/24 blackhole;"))
        wait_until(lambda: "10.77.1.0/24" not in speaker.routes(peer=BIRD4), "withdrawn by BIRD", PATIENCE)


def test_both_connect_at_once(namespaces: Namespaces, start_bird: StartBird, tmp_path: Path) -> None:
    """Neither side is passive: one session survives every collision, and BIRD and we agree that it is up."""
    ours, theirs = cabled(namespaces, "ours", "bird")
    bird = start_bird(theirs, bird_configuration(bgp("v4", BIRD4, OURS4, "ipv4", asn=64512)))
    with RemoteSpeaker(ours, tmp_path, asn=64512, bgp_identifier=OURS4, listen=[("0.0.0.0", 179)]) as speaker:
        speaker.add_peer(BIRD4, 64512)
        speaker.announce("10.88.1.0/24")
        counts: list[int] = []
        for _ in range(3):
            speaker.wait_established(BIRD4)
            wait_until(lambda: bird.is_established("v4"), "Established, as BIRD says", PATIENCE)
            wait_until(lambda: "10.88.1.0/24" in bird.ask("show", "route"), "our route in BIRD", PATIENCE)
            counts.append(speaker.peer(BIRD4)["count"])
            bird.command("restart", "v4")
            wait_until(lambda: speaker.peer(BIRD4)["count"] > counts[-1], "another session", PATIENCE)


def test_a_notification_is_understood_on_both_sides(
    namespaces: Namespaces, start_bird: StartBird, tmp_path: Path
) -> None:
    """BIRD names our Cease when we remove it, and we name BIRD's when it is disabled."""
    ours, theirs = cabled(namespaces, "ours", "bird")
    bird = start_bird(theirs, bird_configuration(bgp("v4", BIRD4, OURS4, "ipv4", asn=64512, options="passive on;")))
    with RemoteSpeaker(ours, tmp_path, asn=64512, bgp_identifier=OURS4) as speaker:
        speaker.add_peer(BIRD4, 64512)
        speaker.wait_established(BIRD4)
        bird.command("disable", "v4")
        wait_until(
            lambda: "Administrative Shutdown" in speaker.peer(BIRD4)["error"], "BIRD's shutdown, in our words", PATIENCE
        )
        bird.command("enable", "v4")
        speaker.wait_established(BIRD4)
        speaker.order("remove_peer", address=BIRD4)
        wait_until(
            lambda: "Peer de-configured" in bird.ask("show", "protocols", "all", "v4"), "our word in BIRD's", PATIENCE
        )


def test_a_restart_of_birds_keeps_its_routes(namespaces: Namespaces, start_bird: StartBird, tmp_path: Path) -> None:
    """BIRD is killed: its routes stay, stale; it comes back with one route less, which goes, and nothing is stale."""
    ours, theirs = cabled(namespaces, "ours", "bird")
    protocol = bgp("v4", BIRD4, OURS4, "ipv4", asn=64512, options="graceful restart on;")
    bird = start_bird(theirs, bird_configuration(protocol))
    with RemoteSpeaker(ours, tmp_path, asn=64512, bgp_identifier=OURS4, listen=[("0.0.0.0", 179)]) as speaker:
        speaker.add_peer(BIRD4, 64512)
        speaker.wait_established(BIRD4)
        wait_until(lambda: len(speaker.routes(peer=BIRD4)) == 2, "BIRD's routes", PATIENCE)
        bird.kill()
        wait_until(lambda: not speaker.is_established(BIRD4), "the session lost", PATIENCE)
        assert speaker.peer(BIRD4)["stale"] == ["ipv4-unicast"]
        assert {prefix: each["stale"] for prefix, each in speaker.routes().items()} == {
            "10.77.1.0/24": True,
            "10.77.2.0/24": True,
        }
        start_bird(theirs, bird_configuration(protocol, routes4="route 10.77.2.0/24 blackhole;"))
        speaker.wait_established(BIRD4)
        wait_until(lambda: not speaker.peer(BIRD4)["stale"], "End-of-RIB", PATIENCE)
        wait_until(
            lambda: {prefix: each["stale"] for prefix, each in speaker.routes().items()} == {"10.77.2.0/24": False},
            "what BIRD announced again, and nothing else",
            PATIENCE,
        )


@pytest.mark.parametrize("end", ["killed", "stopped gracefully"])
def test_bird_keeps_our_routes_through_a_restart_of_ours(
    end: str, namespaces: Namespaces, start_bird: StartBird, tmp_path: Path
) -> None:
    """BIRD keeps our routes while no speaker runs; the next one drops what it does not announce again."""
    ours, theirs = cabled(namespaces, "ours", "bird")
    bird = start_bird(theirs, bird_configuration(bgp("v4", BIRD4, OURS4, "ipv4", asn=64512, options=PASSIVE)))

    def speaker(*own: str, restarting: bool) -> RemoteSpeaker:
        made = RemoteSpeaker(
            ours, tmp_path, asn=64512, bgp_identifier=OURS4, listen=[("0.0.0.0", 179)], restarting=restarting
        )
        made.announce(*own)
        made.add_peer(BIRD4, 64512)
        return made

    with speaker("10.88.1.0/24", "10.88.2.0/24", restarting=False) as first:
        wait_until(lambda: "10.88.2.0/24" in bird.ask("show", "route"), "our routes in BIRD", PATIENCE)
        if end == "killed":
            first.kill()
        else:
            first.stop(graceful=True)
    wait_until(lambda: not bird.is_established("v4"), "BIRD sees the session end", PATIENCE)
    assert {"10.88.1.0/24", "10.88.2.0/24"} <= set(bird.ask("show", "route").split()), "kept while nobody runs"
    with speaker("10.88.1.0/24", restarting=True):

        def second_gone() -> bool:
            table = bird.ask("show", "route")
            assert "10.88.1.0/24" in table
            return "10.88.2.0/24" not in table

        wait_until(second_gone, "the route that was not announced again is gone", PATIENCE)
        assert bird.is_established("v4")
        told = bird.ask("show", "protocols", "all", "v4")
        assert says(told, "Restart recovery", "AF preserved: ipv4"), told
        withdrawn = re.search(r"Import withdraws:.* (\d+)$", told, re.MULTILINE)
        assert withdrawn is not None
        assert withdrawn[1] == "1", "the other one was never gone, not for a moment"


def test_routes_are_reflected_between_two_birds(namespaces: Namespaces, start_bird: StartBird, tmp_path: Path) -> None:
    """A client's route reaches the other with its next hop, ORIGINATOR_ID and our cluster. RFC 4456, section 8."""
    ours, one, two = cabled(namespaces, "ours", "one", "two")
    first = start_bird(one, bird_configuration(bgp("v4", BIRD4, OURS4, "ipv4", asn=64512)))
    second = start_bird(
        two,
        bird_configuration(
            bgp("v4", "10.9.0.3", OURS4, "ipv4", asn=64512),
            router_id="10.9.0.3",
            routes4="route 10.78.1.0/24 blackhole;",
        ),
    )
    options = {"asn": 64512, "bgp_identifier": OURS4, "cluster_id": "244.0.0.1", "listen": [("0.0.0.0", 179)]}
    with RemoteSpeaker(ours, tmp_path, **options) as speaker:
        for address in (BIRD4, "10.9.0.3"):
            speaker.add_peer(address, 64512)
        speaker.wait_established(BIRD4, "10.9.0.3")
        wait_until(lambda: len(speaker.routes()) == 3, "the routes of both", PATIENCE)
        assert "10.77.1.0/24" not in second.ask("show", "route"), "neither is a client yet"
        counts = [each["count"] for each in speaker.order("peers")]  # more than one where both sides dialed at once
        client = {"address": BIRD4, "asn": 64512, "connect_retry_time": 1.0}
        assert speaker.order("update_peer", peer=client | {"route_reflector_client": True}) == "soft"
        wait_until(lambda: "10.77.1.0/24" in second.ask("show", "route"), "reflected to the second", PATIENCE)
        wait_until(lambda: "10.78.1.0/24" in first.ask("show", "route"), "reflected to the first", PATIENCE)
        heard = route(second, "10.77.1.0/24")
        assert says(
            heard,
            f"BGP.next_hop: {BIRD4}",
            "BGP.local_pref: 100",
            "BGP.med: 42",
            f"BGP.originator_id: {BIRD4}",
            "BGP.cluster_list: 244.0.0.1",
        ), heard
        assert speaker.order("update_peer", peer=client) == "soft"
        wait_until(lambda: "10.77.1.0/24" not in second.ask("show", "route"), "withdrawn again", PATIENCE)
        assert [each["count"] for each in speaker.order("peers")] == counts, "no session was reset"
