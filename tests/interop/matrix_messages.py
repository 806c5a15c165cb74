"""Rows of the matrix: what is agreed on in OPENs, and what it is good for."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, AddPathAll, AsPath, Community, PathAttributes, Speaker
from bgpkit.speaker.events import EndOfRibReceived, RefreshReceived
from bgpkit_fsm import BgpRole, RouteRefreshSubtype
from tests.integration.transport_lab import reason, until
from tests.interop.matrix_feature import Feature
from tests.interop.matrix_lab import GONE, MINE, MINE6, PATIENCE, Lab, hears, listening, peer, received, terms_of
from tests.interop.matrix_neighbors import (
    ASKED,
    CUSTOMER,
    LARGE,
    LEFT,
    MARKED,
    MIXED,
    MORE_PATHS,
    ONE,
    ONE6,
    PATHS,
    REFRESHED,
    RIGHT,
    THEIRS,
    TWO,
)

KEEPALIVES: Final = 2 * 19
"""More than may come by chance."""
RIVAL: Final = "10.99.1.0/24"
MANY: Final = tuple(Community.parse(f"64512:{number}") for number in range(1500))


async def add_path_to_them(lab: Lab) -> None:
    """Prove that the daemon holds both paths to a prefix of ours, and one when the other is withdrawn (RFC 7911)."""
    async with lab.session(PATHS, advertise=AddPathAll()) as speaker:
        assert terms_of(speaker, PATHS).add_path_send == (IPV4_UNICAST,)
        for number in (1, 2):
            communities = (Community.parse(f"64512:{number}"),)
            await speaker.announce(MINE, attributes=PathAttributes(communities=communities), path_id=number)
        await until(lambda: lab.other.held(PATHS) == {MINE: 2}, f"two paths in {lab.other.name}", PATIENCE)
        await speaker.withdraw(MINE, path_id=1)
        await until(lambda: lab.other.held(PATHS) == {MINE: 1}, f"one path in {lab.other.name}", PATIENCE)


async def add_path_to_us(lab: Lab) -> None:
    """Prove that the daemon tells us both paths to a prefix, which two more speakers of ours tell it (RFC 7911)."""
    async with lab.session(MORE_PATHS, add_path_receive=True) as speaker, AsyncExitStack() as stack:
        assert terms_of(speaker, MORE_PATHS).add_path_receive == (IPV4_UNICAST,)
        withdraw = await two_paths(lab, stack)

        def paths() -> set[str]:
            return {str(route.attributes.as_path) for route in speaker.paths(RIVAL)}

        await until(lambda: paths() == {"64513 65001", "64513 65002 65003"}, "both paths", PATIENCE)
        assert len({route.path.path_id for route in speaker.paths(RIVAL)}) == 2
        await withdraw()
        await until(lambda: paths() == {"64513 65002 65003"}, "one path", PATIENCE)


async def two_paths(lab: Lab, stack: AsyncExitStack) -> Callable[[], Awaitable[None]]:
    """Let the daemon have two paths to one prefix; return what withdraws the first."""
    if not lab.other.passes_on:
        for path_id, as_path in ((1, "64513 65001"), (2, "64513 65002 65003")):
            lab.other.announce(MORE_PATHS, RIVAL, as_path, path_id)

        async def withdraw() -> None:
            lab.other.withdraw(MORE_PATHS, RIVAL, 1)

        return withdraw
    left = await stack.enter_async_context(lab.session(LEFT))
    right = await stack.enter_async_context(lab.session(RIGHT))
    await left.announce(RIVAL)
    await right.announce(RIVAL, attributes=PathAttributes(as_path=AsPath.parse("65003")))
    return partial(left.withdraw, RIVAL)


async def extended_message(lab: Lab) -> None:
    """Prove that a route with 1,500 communities, more than 4,096 octets, is taken (RFC 8654)."""
    async with lab.session(LARGE) as speaker:
        assert terms_of(speaker, LARGE).extended_message
        await speaker.announce(MINE, attributes=PathAttributes(communities=MANY))
        await lab.holds(LARGE, MINE)
        words = lab.other.words_on(LARGE, MINE)
        assert "1499" in words
        await hears(speaker, LARGE, ONE, TWO)


async def extended_next_hop(lab: Lab) -> None:
    """Prove that IPv4 routes with IPv6 next hops go both ways on a session over IPv6 (RFC 8950)."""
    async with lab.session(MIXED, extended_next_hop=True) as speaker:
        assert terms_of(speaker, MIXED).extended_next_hop == (IPV4_UNICAST,)
        await speaker.announce(MINE, MINE6)
        await hears(speaker, MIXED, ONE, TWO)
        await hears(speaker, MIXED, ONE6, family=IPV6_UNICAST)
        assert {str(route.attributes.next_hop) for route in speaker.routes(peer=MIXED.theirs)} == {MIXED.theirs}
        await lab.holds(MIXED, MINE, MINE6)
        assert MIXED.address in lab.other.words_on(MIXED, MINE)


async def refresh_of_theirs(lab: Lab) -> None:
    """Prove that we ask the daemon for its routes again, it counts that and sends them (RFC 2918)."""
    async with lab.session(REFRESHED) as speaker:
        assert terms_of(speaker, REFRESHED).route_refresh
        await hears(speaker, REFRESHED, ONE, TWO)
        await asyncio.sleep(0.3)  # End-of-RIB and the like
        counted, octets = lab.other.refreshes(REFRESHED), octets_received(speaker)
        await speaker.refresh_peer(THEIRS)
        await until(lambda: lab.other.refreshes(REFRESHED) > counted, f"{lab.other.name} counts our request", PATIENCE)
        await until(lambda: octets_received(speaker) > octets + KEEPALIVES, "its routes again", PATIENCE)
        await hears(speaker, REFRESHED, ONE, TWO)
        assert [each.established_count for each in speaker.peers()] == [1]


def octets_received(speaker: Speaker) -> int:
    """Return what the session's messages have come to."""
    return sum(each.octets_received for each in speaker.peers())


async def refresh_of_ours(lab: Lab) -> None:
    """Prove that the daemon asks us for our routes again; nothing is lost (RFC 2918)."""
    async with lab.session(ASKED) as speaker, listening(speaker) as told:
        await speaker.announce(MINE)
        await lab.holds(ASKED, MINE)
        lab.other.ask_refresh(ASKED)
        await until(lambda: len(requests(told(RefreshReceived))) == 1, "its request", PATIENCE)
        assert requests(told(RefreshReceived))[0].family == IPV4_UNICAST
        await lab.holds(ASKED, MINE)
        assert [each.established_count for each in speaker.peers()] == [1]


def requests(refreshes: list[RefreshReceived]) -> list[RefreshReceived]:
    """Return those that are no marks."""
    return [each for each in refreshes if each.subtype is RouteRefreshSubtype.REQUEST]


async def enhanced_refresh(lab: Lab) -> None:
    """Prove that the daemon marks beginning and end of what we ask for, and takes our marks (RFC 7313)."""
    async with lab.speaking(MARKED) as speaker, listening(speaker) as told:
        await speaker.add_peer(peer(MARKED))
        await lab.established(speaker, MARKED)
        assert terms_of(speaker, MARKED).enhanced_route_refresh
        await speaker.announce(MINE, GONE)
        await lab.holds(MARKED, MINE, GONE)
        await hears(speaker, MARKED, ONE, TWO)
        await until(lambda: bool(told(EndOfRibReceived)), "End-of-RIB, before which marks mean nothing", PATIENCE)
        await speaker.refresh_peer(THEIRS)

        def marks() -> list[RouteRefreshSubtype]:
            return [each.subtype for each in told(RefreshReceived) if each.subtype is not RouteRefreshSubtype.REQUEST]

        both = [RouteRefreshSubtype.BEGINNING, RouteRefreshSubtype.END]
        await until(lambda: marks() == both, "its marks", PATIENCE)
        assert received(speaker, MARKED) == {ONE, TWO}
        lab.other.ask_refresh(MARKED)
        await until(lambda: len(requests(told(RefreshReceived))) == 1, "its request", PATIENCE)
        await lab.holds(MARKED, MINE, GONE)
        assert [each.established_count for each in speaker.peers()] == [1]


async def roles(lab: Lab) -> None:
    """Prove that two customers are no pair, a provider and a customer are; what we send carries OTC (RFC 9234)."""
    async with lab.speaking(CUSTOMER) as speaker:
        await speaker.add_peer(peer(CUSTOMER, role=BgpRole.CUSTOMER))
        await until(lambda: "Role Mismatch" in reason(speaker, THEIRS), "no session of two customers", PATIENCE)
        await speaker.remove_peer(THEIRS)
        lab.other.connect(CUSTOMER)
        await speaker.add_peer(peer(CUSTOMER, role=BgpRole.PROVIDER, strict_role=True))
        await lab.established(speaker, CUSTOMER)
        terms = terms_of(speaker, CUSTOMER)
        assert (terms.role, terms.peer_role) == (BgpRole.PROVIDER, BgpRole.CUSTOMER)
        await speaker.announce(MINE)
        await lab.holds(CUSTOMER, MINE)
        await hears(speaker, CUSTOMER, ONE, TWO)
        assert re.search(r"otc\W*64512", lab.other.words_on(CUSTOMER, MINE).lower())


MESSAGES: Final = (
    Feature("add-path-send", "ADD-PATH, we send (RFC 7911)", add_path_to_them),
    Feature("add-path-receive", "ADD-PATH, the peer sends (RFC 7911)", add_path_to_us),
    Feature("extended-message", "an UPDATE of more than 4,096 octets (RFC 8654)", extended_message),
    Feature("extended-next-hop", "IPv4 routes with IPv6 next hops (RFC 8950)", extended_next_hop),
    Feature("refresh-here", "route refresh, we ask (RFC 2918)", refresh_of_theirs),
    Feature("refresh-there", "route refresh, the peer asks (RFC 2918)", refresh_of_ours),
    Feature("enhanced-refresh", "enhanced route refresh (RFC 7313)", enhanced_refresh),
    Feature("roles", "roles, a mismatch and a match (RFC 9234)", roles),
)
