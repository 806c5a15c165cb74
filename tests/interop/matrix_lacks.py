"""What daemons lack: for each a reason, and a proof that it is so."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bgpkit.speaker import SessionTerms
from bgpkit.speaker.events import PeerDown, RefreshReceived
from bgpkit.transport import Secret, TransportOptions
from tests.integration.transport_lab import until
from tests.interop.matrix_lab import GONE, MINE, PATIENCE, Lab, is_up, listening, peer, terms_of
from tests.interop.matrix_neighbors import (
    ASKED,
    CUSTOMER,
    LARGE,
    LIMITED,
    LONG,
    MARKED,
    MIXED,
    NEAR,
    OLD,
    REFRESHED,
    RESET,
    RETURNING,
    SECRET,
    SIGNED,
    TALKED_TO,
    TALKING,
    THEIRS,
    Neighbor,
)


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a daemon is not asked for a feature; ``prove`` fails when it has it after all."""

    reason: str
    prove: Callable[[Lab], Awaitable[None]]


def _terms(reason: str, neighbor: Neighbor, show: Callable[[SessionTerms], bool]) -> Lack:
    """Return what the terms of a session show, on which we offer all that we have."""

    async def prove(lab: Lab) -> None:
        async with lab.session(neighbor) as speaker:
            assert show(terms_of(speaker, neighbor))

    return Lack(reason, prove)


def _notifications_end(terms: SessionTerms) -> bool:
    return terms.peer_graceful_restart is None or not terms.peer_graceful_restart.notification


def _no_forwarding_kept(terms: SessionTerms) -> bool:
    return terms.peer_graceful_restart is None or not terms.peer_graceful_restart.families


def _not_up_with(neighbor: Neighbor, transport: TransportOptions) -> Callable[[Lab], Awaitable[None]]:
    async def prove(lab: Lab) -> None:
        async with lab.speaking(neighbor) as speaker:
            await speaker.add_peer(peer(neighbor, transport=transport))
            await asyncio.sleep(0.8)
            assert not is_up(speaker, neighbor)

    return prove


async def _asks_nobody(lab: Lab) -> None:
    async with lab.session(ASKED) as speaker, listening(speaker) as told:
        lab.other.ask_refresh(ASKED)
        await asyncio.sleep(0.5)
        assert not told(RefreshReceived)


async def _ends_when_asked(lab: Lab) -> None:
    async with lab.session(REFRESHED) as speaker, listening(speaker) as told:
        await speaker.refresh_peer(THEIRS)
        await until(lambda: bool(told(PeerDown)), "the end", PATIENCE)


async def _refuses_when_asked(lab: Lab) -> None:
    async with lab.session(REFRESHED) as speaker:
        await speaker.refresh_peer(THEIRS)
        await until(lambda: "AID IPv4 unicast not negotiated" in lab.other.end(REFRESHED), "its word", PATIENCE)


async def _keeps_nothing(lab: Lab) -> None:
    async with lab.session(RETURNING) as speaker:
        await speaker.announce(MINE)
        await lab.holds(RETURNING, MINE)
        await speaker.stop(graceful=True)
    await lab.holds(RETURNING)


async def _takes_all(lab: Lab) -> None:
    async with lab.session(LIMITED) as speaker:
        await speaker.announce(MINE, GONE, "10.88.3.0/24", "10.88.4.0/24")
        await until(lambda: len(lab.other.held(LIMITED)) == 4, "four routes", PATIENCE)


async def _cannot_read(lab: Lab) -> None:
    async with lab.session(TALKED_TO) as speaker:
        await speaker.stop(cease="words")
    await lab.says(TALKED_TO, "can not decode")


async def _says_nothing(lab: Lab) -> None:
    async with lab.session(TALKING) as speaker, listening(speaker) as told:
        lab.other.shut_down(TALKING, "words")
        await until(lambda: bool(told(PeerDown)), "the end", PATIENCE)
        heard = told(PeerDown)[0].end.received
        assert heard is not None
        assert heard.communication != "words"


_DEAF = "It answers no request: its log says of a family of the session that it is not negotiated."
_NO_N_BIT = "It has no RFC 8538: its graceful restart capability comes without the N bit."
_NO_LLGR = "It has no RFC 9494: its OPEN comes without the capability."
_NO_LARGE = "It has no RFC 8654: its OPEN comes without the capability."
_NO_ROLES = "It has no RFC 9234: its OPEN comes without the capability."
_NO_MARKS = "It has no RFC 7313: its OPEN comes without the capability."


def _no_n_bit() -> Lack:
    return _terms(_NO_N_BIT, RESET, _notifications_end)


def _no_llgr() -> Lack:
    return _terms(_NO_LLGR, LONG, lambda terms: terms.peer_long_lived_graceful_restart is None)


def _no_roles() -> Lack:
    return _terms(_NO_ROLES, CUSTOMER, lambda terms: terms.peer_role is None)


def _no_large() -> Lack:
    return _terms(_NO_LARGE, LARGE, lambda terms: not terms.extended_message)


LACKS: Final[Mapping[str, Mapping[str, Lack]]] = MappingProxyType(
    {
        "bird": {"notification-kept": _no_n_bit()},
        "frr": {},
        "gobgp": {
            "two-octet-as": _terms(
                "It always announces 4-octet AS numbers; no option turns that off.",
                OLD,
                lambda terms: terms.four_octet_as,
            ),
            "extended-message": _no_large(),
            "refresh-there": Lack("It keeps what it has received and asks nobody again.", _asks_nobody),
            "enhanced-refresh": _terms(_NO_MARKS, MARKED, lambda terms: not terms.enhanced_route_refresh),
            "roles": _no_roles(),
        },
        "openbgpd": {
            "md5": Lack(
                "On Linux it signs what it opens itself; where it listens, signed segments are dropped.",
                _not_up_with(SIGNED, TransportOptions(md5_key=Secret(SECRET))),
            ),
            "extended-message": _no_large(),
            "extended-next-hop": _terms(
                "It has no RFC 8950: its OPEN comes without the capability.",
                MIXED,
                lambda terms: not terms.extended_next_hop,
            ),
            "refresh-here": Lack(_DEAF, _refuses_when_asked),
            "enhanced-refresh": Lack(_DEAF, _refuses_when_asked),
            "restart-there": _terms(
                "It keeps no forwarding: its graceful restart capability names no family.",
                RETURNING,
                _no_forwarding_kept,
            ),
            "long-lived-here": _no_llgr(),
            "long-lived-there": _no_llgr(),
            "notification-kept": _no_n_bit(),
        },
        "exabgp": {
            "gtsm": Lack(
                "It sets the TTL of connections that it opens itself, not of those it takes.",
                _not_up_with(NEAR, TransportOptions(ttl_security=1)),
            ),
            "refresh-here": Lack("It announces the capability, and closes the session when asked.", _ends_when_asked),
            "enhanced-refresh": Lack(
                "It announces the capability, and closes the session when asked.", _ends_when_asked
            ),
            "roles": _no_roles(),
            "restart-here": Lack("It has no RIB in which routes could be kept.", _keeps_nothing),
            "long-lived-here": _no_llgr(),
            "long-lived-there": _no_llgr(),
            "notification-kept": _no_n_bit(),
            "max-prefix-there": Lack("It has no limit: it takes all there is.", _takes_all),
            "shutdown-here": Lack(
                "It cannot read a Cease with data, and answers with Message Header Error.", _cannot_read
            ),
            "shutdown-there": Lack(
                "Its teardown says `Administrative Shutdown`, and has no place for other words.", _says_nothing
            ),
        },
    }
)
"""By daemon and feature."""
