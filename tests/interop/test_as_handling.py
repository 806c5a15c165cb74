"""AS numbers as FRR hears them: a confederation, a local AS, as-override, private numbers, an aggregate.

One speaker of ours is a member AS; FRR is another member, and, in views of its own, three external peers.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from bgpkit import AsPath, PathAttributes, PeerConfig, Speaker
from bgpkit.adj_rib_out import NextHopSelf, PrivateAs
from bgpkit.speaker import Confederation
from tests.support.daemons import Frr
from tests.support.netns import Namespace, Namespaces
from tests.support.speakers import EVERYTHING, established

pytestmark = pytest.mark.netns

OURS, MEMBER, CUSTOMER, TRANSIT, OLD = (f"10.9.0.{number}" for number in (2, 11, 12, 13, 14))
US, OTHER_MEMBER, IDENTIFIER, OLD_ASN = 64512, 64513, 64999, 65100
PATIENCE = 8.0
INSTANCES = {
    MEMBER: (f"{OTHER_MEMBER}", US),
    CUSTOMER: ("65001 view customer", IDENTIFIER),
    TRANSIT: ("3356 view transit", IDENTIFIER),
    OLD: ("65002 view old", OLD_ASN),
}
NETWORKS = {MEMBER: "10.71.0.0/16", CUSTOMER: "10.72.0.0/16", TRANSIT: "10.73.0.0/16", OLD: "10.74.0.0/16"}

TOLD = {
    MEMBER: {
        NETWORKS[CUSTOMER]: f"({US}) 65001",
        NETWORKS[TRANSIT]: f"({US}) 3356",
        NETWORKS[OLD]: f"({US}) {OLD_ASN} 65002",
        "10.88.0.0/16": f"({US}) 65001 4",
        "10.64.0.0/10": f"({US})",
    },
    CUSTOMER: {
        NETWORKS[MEMBER]: str(IDENTIFIER),
        NETWORKS[TRANSIT]: f"{IDENTIFIER} 3356",
        NETWORKS[OLD]: f"{IDENTIFIER} {OLD_ASN} 65002",
        "10.88.0.0/16": f"{IDENTIFIER} {IDENTIFIER} 4",
        "10.64.0.0/10": str(IDENTIFIER),
    },
    TRANSIT: {
        NETWORKS[MEMBER]: str(IDENTIFIER),
        NETWORKS[CUSTOMER]: str(IDENTIFIER),
        NETWORKS[OLD]: str(IDENTIFIER),
        "10.88.0.0/16": f"{IDENTIFIER} 4",
        "10.64.0.0/10": str(IDENTIFIER),
        "0.0.0.0/0": str(IDENTIFIER),
    },
    OLD: {
        NETWORKS[MEMBER]: f"{OLD_ASN} {IDENTIFIER}",
        NETWORKS[CUSTOMER]: f"{OLD_ASN} {IDENTIFIER} 65001",
        NETWORKS[TRANSIT]: f"{OLD_ASN} {IDENTIFIER} 3356",
        "10.88.0.0/16": f"{OLD_ASN} {IDENTIFIER} 65001 4",
        "10.64.0.0/10": f"{OLD_ASN} {IDENTIFIER}",
    },
}
"""What we tell each of them: prefixes with AS_PATHs."""


def configuration() -> str:
    """Return bgpd's configuration: each instance has one route and connects to us from an address of its own."""
    text = ""
    for address, (instance, remote) in INSTANCES.items():
        inside = (
            f" bgp confederation identifier {IDENTIFIER}\n bgp confederation peers {US}" if address == MEMBER else ""
        )
        text += f"""
router bgp {instance}
 bgp router-id {address}
{inside}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {OURS} remote-as {remote}
 neighbor {OURS} update-source {address}
 neighbor {OURS} timers connect 1
 address-family ipv4 unicast
  network {NETWORKS[address]} route-map ours
 exit-address-family
exit
"""
    return text + "route-map ours permit 10\n set local-preference 170\n set metric 42\n"


def peers() -> list[PeerConfig]:
    """Return our side of the sessions."""
    external: dict[str, Any] = {"import_policy": EVERYTHING, "export_policy": EVERYTHING, "passive": True}
    return [
        PeerConfig(address=MEMBER, asn=OTHER_MEMBER, passive=True, next_hop_self=NextHopSelf.EXTERNAL),
        PeerConfig(address=CUSTOMER, asn=65001, as_override=True, **external),
        PeerConfig(address=TRANSIT, asn=3356, private_as=PrivateAs.REMOVE_ALL, default_originate=True, **external),
        PeerConfig(address=OLD, asn=65002, local_asn=OLD_ASN, **external),
    ]


def heard(frr: Frr, address: str) -> dict[str, dict[str, Any]]:
    """Return what an instance of FRR has heard from us: prefix to path."""
    view = "".join(INSTANCES[address][0].partition("view")[1:])
    answer = frr.ask_json(f"show bgp {view} ipv4 unicast")["routes"]
    paths = {prefix: [path for path in found if path.get("peerId") == OURS] for prefix, found in answer.items()}
    return {prefix: found[0] for prefix, found in paths.items() if found}


async def as_paths(frr: Frr, address: str, wanted: dict[str, str]) -> None:
    """Wait until an instance holds exactly these prefixes of ours, with these AS_PATHs."""
    deadline, found = time.monotonic() + PATIENCE, dict[str, str]()
    while found != wanted and time.monotonic() < deadline:
        answer = await asyncio.to_thread(heard, frr, address)
        found = {prefix: path["path"] for prefix, path in answer.items()}
        await asyncio.sleep(0.1)
    assert found == wanted


async def talk(frr: Frr) -> None:
    """Run our speaker, and compare what each side holds."""
    confederation = Confederation(identifier=IDENTIFIER, members=frozenset({OTHER_MEMBER}))
    async with Speaker(asn=US, bgp_identifier=OURS, listen=[("0.0.0.0", 179)], confederation=confederation) as speaker:
        own = PathAttributes(as_path=AsPath.of(65001, 4), med=7, local_pref=300)
        await speaker.announce("10.88.0.0/16", attributes=own)
        await speaker.aggregate("10.64.0.0/10")
        for config in peers():
            await speaker.add_peer(config)
        for address in INSTANCES:
            await established(speaker, address)
        for address, wanted in TOLD.items():
            await as_paths(frr, address, wanted)
        member = await asyncio.to_thread(heard, frr, MEMBER)
        ours, from_customer = member["10.88.0.0/16"], member[NETWORKS[CUSTOMER]]
        assert (ours["locPrf"], ours["metric"], from_customer["metric"], from_customer["locPrf"]) == (300, 7, 42, 100)
        assert from_customer["nexthops"][0]["ip"] == OURS  # FRR takes no next hop that is an address of its own
        assert "locPrf" not in (await asyncio.to_thread(heard, frr, TRANSIT))["10.88.0.0/16"]
        route, *echoes = speaker.paths(NETWORKS[MEMBER])
        assert all("our own AS number" in echo.path.reason for echo in echoes)  # FRR sends back what it got from us
        assert (str(route.attributes.as_path), route.path.local_pref) == (f"({OTHER_MEMBER})", 170)
        detail = await asyncio.to_thread(frr.ask_json, "show bgp view customer ipv4 unicast 10.64.0.0/10")
        [path] = detail["paths"]
        assert (path["aggregatorAs"], path["aggregatorId"], path["atomicAggregate"]) == (IDENTIFIER, OURS, True)


def test_frr_hears_the_as_numbers_that_it_should(
    namespaces: Namespaces, start_frr: Callable[[Namespace, str], Frr]
) -> None:
    """What each kind of peer holds of the others' routes and of ours, with all AS numbers in their places."""
    switch, ours, theirs = namespaces.segment(), namespaces.node("ours"), namespaces.node("frr")
    switch.attach(ours, f"{OURS}/24")
    switch.attach(theirs, *(f"{address}/24" for address in INSTANCES))
    frr = start_frr(theirs, configuration())
    with ours.entered():
        asyncio.run(talk(frr))
