"""Roles with BIRD and FRR: each of the five and its counterpart, what has OTC then, mismatches, leaks (RFC 9234)."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bgpkit import Speaker
from bgpkit_fsm import BgpRole
from tests.integration.transport_lab import ASN, OURS, is_up, peer, reason, speaking, until
from tests.support.daemons import Bird, Frr
from tests.support.netns import Namespace, Namespaces

pytestmark = pytest.mark.netns

THEIRS = {
    BgpRole.PROVIDER: ("customer", 65011),
    BgpRole.CUSTOMER: ("provider", 65012),
    BgpRole.PEER: ("peer", 65013),
    BgpRole.RS: ("rs-client", 65014),
    BgpRole.RS_CLIENT: ("rs-server", 65015),
}
"""What the daemon's instance is to us in each of our roles, and its AS number."""
OWN = "10.88.0.0/16"
ABOVE = (BgpRole.CUSTOMER, BgpRole.RS_CLIENT, BgpRole.PEER)
"""In these roles we are sent what is for customers only, and send nothing of the kind."""
MISMATCH, STRICT, LENIENT, LEAKING = "10.9.0.21", "10.9.0.22", "10.9.0.23", "10.9.0.24"


def address(role: BgpRole) -> str:
    """Return where the counterpart of a role of ours is."""
    return f"10.9.0.{10 + role}"


def own(remote: str) -> str:
    """Return our address towards one of theirs: BIRD has one session with an address at a time."""
    return f"10.9.0.{100 + int(remote.rpartition('.')[2])}"


def network(role: BgpRole) -> str:
    """Return what it announces."""
    return f"10.{70 + role}.0.0/16"


def expected_of_others(role: BgpRole) -> dict[str, int | None]:
    """Return what the counterpart of ``role`` hears of the routes of the others, with OTC."""
    found: dict[str, int | None] = {}
    for other, (_, asn) in THEIRS.items():
        if other is role or (other in ABOVE and role in ABOVE):
            continue
        found[network(other)] = asn if other in ABOVE else None
    return found


def expected(role: BgpRole, *, mark: int | None) -> dict[str, int | None]:
    """Return all that it hears, with OTC: ``mark`` is the number on what had none."""
    marked = expected_of_others(role) | {OWN: None}
    return {prefix: mark if otc is None else otc for prefix, otc in marked.items()}


def on_arrival(role: BgpRole) -> int | None:
    """Return the OTC that the counterpart holds our unmarked routes with.

    Ours where we are its provider, peer or route server; where it is ours, neither side puts one on.
    """
    return ASN if role in {BgpRole.PROVIDER, BgpRole.PEER, BgpRole.RS} else None


async def exchange(speaker: Speaker, heard: Callable[[BgpRole], dict[str, int | None]]) -> None:
    """Bring the five sessions up and compare what both sides hold."""
    await speaker.announce(OWN)
    for role, (_, asn) in THEIRS.items():
        await speaker.add_peer(peer(address(role), asn=asn, role=role, strict_role=True, passive=True))
    await until(lambda: all(is_up(speaker, address(role)) for role in THEIRS), "five sessions")
    await until(
        lambda: {OWN, *map(network, THEIRS)} == {str(route.prefix) for route in speaker.routes()}, "their routes"
    )
    for role, (_, asn) in THEIRS.items():
        # A daemon may send back what it has heard from us: a loop, which is not eligible.
        (route,) = [route for route in speaker.paths(network(role)) if route.peer == address(role)]
        assert route.attributes.only_to_customer == (asn if role in ABOVE else None)
        wanted = expected(role, mark=on_arrival(role))

        def same(role: BgpRole = role, wanted: dict[str, int | None] = wanted) -> bool:
            return heard(role) == wanted

        await until(same, f"what the {THEIRS[role][0]} hears: {wanted}")


@pytest.fixture
def nodes(namespaces: Namespaces) -> tuple[Namespace, Namespace]:
    """Return our node and the daemon's, which has an address for each session."""
    switch, ours, theirs = namespaces.segment(), namespaces.node("ours"), namespaces.node("theirs")
    others = (*map(address, THEIRS), MISMATCH, STRICT, LENIENT, LEAKING)
    switch.attach(ours, *(f"{each}/24" for each in (OURS, *map(own, others))))
    switch.attach(theirs, *(f"{each}/24" for each in others))
    return ours, theirs


def bird_protocol(name: str, local: str, asn: int, role: str, export: str) -> str:
    """Return a BGP protocol of BIRD's with a table of its own."""
    said = f"local role {role.replace('-', '_')};" if role else ""
    return f"""
ipv4 table t_{name};
protocol static s_{name} {{ ipv4 {{ table t_{name}; }}; route {export} blackhole; }}
protocol bgp b_{name} {{
  local {local} as {asn}; neighbor {own(local)} as {ASN};
  connect delay time 1; connect retry time 2; error wait time 1, 2; {said}
  ipv4 {{ table t_{name}; import all; export filter {{ if source != RTS_STATIC then reject; accept; }}; }};
}}
"""


def bird_heard(bird: Bird, role: BgpRole) -> dict[str, int | None]:
    """Return what BIRD holds from us: prefix to OTC."""
    name = f"role{int(role)}"
    found: dict[str, int | None] = {}
    prefix = ""
    for line in bird.ask("show", "route", "all", "table", f"t_{name}", "protocol", f"b_{name}").splitlines():
        if begins := re.match(r"(\S+/\d+)\s", line):
            prefix = begins[1]
            found[prefix] = None
        elif said := re.match(r"\s+BGP\.otc: (\d+)", line):
            found[prefix] = int(said[1])
    return found


async def test_roles_and_otc_with_bird(
    nodes: tuple[Namespace, Namespace], start_bird: Callable[[Namespace, str], Bird]
) -> None:
    """BIRD puts OTC on what it should, finds ours where it should, and hears what is for it; a leak of its is found."""
    ours, theirs = nodes
    text = "log stderr all; router id 10.9.0.11; protocol device { }\n"
    for role, (counterpart, asn) in THEIRS.items():
        text += bird_protocol(f"role{int(role)}", address(role), asn, counterpart, network(role))
    text += bird_protocol("mismatch", MISMATCH, 65021, "customer", "10.81.0.0/16")
    text += bird_protocol("strict", STRICT, 65022, "", "10.82.0.0/16")
    text += bird_protocol("lenient", LENIENT, 65023, "", "10.83.0.0/16")
    leaking = bird_protocol("leaking", LEAKING, 65024, "customer", "10.84.0.0/16")
    text += leaking.replace("then reject; accept;", "then reject; bgp_otc = 65099; accept;")
    bird = start_bird(theirs, text)
    async with speaking(ours) as speaker:
        await exchange(speaker, lambda role: bird_heard(bird, role))
        await speaker.add_peer(peer(MISMATCH, asn=65021, role=BgpRole.CUSTOMER, passive=True))
        await speaker.add_peer(peer(STRICT, asn=65022, role=BgpRole.CUSTOMER, strict_role=True, passive=True))
        await speaker.add_peer(peer(LENIENT, asn=65023, role=BgpRole.CUSTOMER, export_policy=None, passive=True))
        await speaker.add_peer(peer(LEAKING, asn=65024, role=BgpRole.PROVIDER, export_policy=None, passive=True))
        await until(lambda: "Role Mismatch" in reason(speaker, MISMATCH), "two customers")
        await until(lambda: "Role Mismatch" in reason(speaker, STRICT), "no role in strict mode")
        await until(lambda: len(speaker.paths("10.83.0.0/16")) == 1, "no role, no strict mode")
        assert speaker.paths("10.83.0.0/16")[0].attributes.only_to_customer == 65023
        await until(lambda: len(speaker.paths("10.84.0.0/16")) == 1, "the leak")
        assert "a route leak: OTC 65099" in speaker.explain("10.84.0.0/16").paths[0].reason
        assert not speaker.paths("10.84.0.0/16")[0].best


def frr_instance(name: str, local: str, asn: int, role: str, export: str) -> str:
    """Return an instance of bgpd with one neighbor."""
    said = f" neighbor {own(local)} local-role {role}\n" if role else ""
    return f"""
router bgp {asn} view {name}
 bgp router-id {local}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor {own(local)} remote-as {ASN}
 neighbor {own(local)} update-source {local}
 neighbor {own(local)} timers connect 1
{said} address-family ipv4 unicast
  network {export}
 exit-address-family
exit
"""


def frr_heard(frr: Frr, role: BgpRole) -> dict[str, int | None]:
    """Return what an instance of FRR holds from us: prefix to OTC."""
    name = f"role{int(role)}"
    found: dict[str, int | None] = {}
    for prefix, paths in frr.ask_json(f"show bgp view {name} ipv4 unicast")["routes"].items():
        if any(path.get("peerId") == own(address(role)) for path in paths):
            detail: Mapping[str, Any] = frr.ask_json(f"show bgp view {name} ipv4 unicast {prefix}")
            found[prefix] = next((path.get("otc") for path in detail["paths"]), None)
    return found


async def test_roles_and_otc_with_frr(
    nodes: tuple[Namespace, Namespace], start_frr: Callable[[Namespace, str], Frr]
) -> None:
    """The same with FRR: the five sessions, what they carry, and a mismatch."""
    ours, theirs = nodes
    text = ""
    for role, (counterpart, asn) in THEIRS.items():
        text += frr_instance(f"role{int(role)}", address(role), asn, counterpart, network(role))
    text += frr_instance("mismatch", MISMATCH, 65021, "customer", "10.81.0.0/16")
    text += frr_instance("strict", STRICT, 65022, "", "10.82.0.0/16")
    frr = start_frr(theirs, text)
    async with speaking(ours) as speaker:
        await exchange(speaker, lambda role: frr_heard(frr, role))
        await speaker.add_peer(peer(MISMATCH, asn=65021, role=BgpRole.CUSTOMER, passive=True))
        await speaker.add_peer(peer(STRICT, asn=65022, role=BgpRole.CUSTOMER, strict_role=True, passive=True))
        await until(lambda: "Role Mismatch" in reason(speaker, MISMATCH), "two customers")
        await until(lambda: "Role Mismatch" in reason(speaker, STRICT), "no role in strict mode")
        await asyncio.sleep(0)
