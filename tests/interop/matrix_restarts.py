"""Rows of the matrix: how the session ends, and what is kept."""

from typing import Any, Final

from bgpkit import CeaseSubcode, ErrorCode, Speaker
from bgpkit.speaker import NotificationFacts, PrefixLimit, PrefixLimitAction
from bgpkit.speaker.events import LimitReached, PeerDown
from bgpkit_rib import LLGR_STALE
from tests.integration.transport_lab import until
from tests.interop.matrix_feature import Feature
from tests.interop.matrix_lab import GONE, MINE, PATIENCE, Lab, hears, is_up, listening, peer, received, terms_of
from tests.interop.matrix_neighbors import (
    FLOODED,
    LIMITED,
    LONG,
    ONE,
    RESET,
    RESETTING,
    RETURNING,
    TALKED_TO,
    TALKING,
    THEIRS,
    TWO,
    Neighbor,
)

LONG_LIVED: Final[dict[str, Any]] = {"restart_time": 1, "long_lived_stale_time": 600}
WORDS, MORE_WORDS = "moving to another rack", "back at nine"
TOO_MANY: Final = ("maximum number of prefixes", "max-prefix", "code(6), subcode(1)", "(6,1)")


def stale(speaker: Speaker) -> dict[str, bool]:
    """Return the daemon's routes, and whether they are stale."""
    return {str(route.prefix): route.path.stale for route in speaker.routes(peer=THEIRS)}


def last_resorts(speaker: Speaker) -> set[str]:
    """Return the daemon's routes that are long-lived stale."""
    return {str(route.prefix) for route in speaker.routes() if LLGR_STALE in route.attributes.communities}


async def left(lab: Lab, neighbor: Neighbor, *prefixes: str, **fields: Any) -> None:
    """Announce prefixes to the daemon and go without a word; it holds them still."""
    async with lab.session(neighbor, **fields) as speaker:
        await speaker.announce(*prefixes)
        await lab.holds(neighbor, *prefixes)
        await hears(speaker, neighbor, ONE, TWO)
        await speaker.stop(graceful=True)
    await until(lambda: not lab.other.is_established(neighbor), f"the end, as {lab.other.name} says", PATIENCE)
    assert set(lab.other.held(neighbor)) == set(prefixes)


async def we_restart(lab: Lab) -> None:
    """Prove that the daemon keeps our routes meanwhile, and drops what we do not announce again (RFC 4724)."""
    await left(lab, RETURNING, MINE, GONE)
    async with lab.speaking(RETURNING, restarting=True) as speaker:
        await speaker.announce(MINE)
        await speaker.add_peer(peer(RETURNING))

        def only_the_other_is_gone() -> bool:
            held = lab.other.held(RETURNING)
            assert MINE in held
            return GONE not in held

        await until(only_the_other_is_gone, "the route that was not announced again is gone", PATIENCE)
        assert lab.other.is_established(RETURNING)


async def they_restart(lab: Lab) -> None:
    """Prove that we keep the daemon's routes meanwhile, and drop what it does not announce again (RFC 4724)."""
    async with lab.routes_restored(), lab.session(RETURNING) as speaker:
        await hears(speaker, RETURNING, ONE, TWO)
        with lab.killed(back_with=(TWO,)):
            await until(lambda: stale(speaker) == {ONE: True, TWO: True}, "both stale", PATIENCE)

        def only_the_other_is_gone() -> bool:
            assert TWO in received(speaker, RETURNING)
            return stale(speaker) == {TWO: False}

        await until(only_the_other_is_gone, "what the daemon announced again, and nothing else", PATIENCE)


async def we_restart_late(lab: Lab) -> None:
    """Prove that after our restart time our routes are the daemon's last resort, until we are back (RFC 9494)."""
    families = {"long_lived_families": peer(LONG).families}
    await left(lab, LONG, MINE, **LONG_LIVED, **families)
    marks = ("(65535,6)", "(65535, 6)", "llgr-stale", "llgr_stale", "65535:6", "4294901766")

    def marked() -> bool:
        assert MINE in lab.other.held(LONG)
        words = lab.other.words_on(LONG, MINE).lower()
        return any(mark in words for mark in marks)

    await until(marked, "the mark", PATIENCE)
    async with lab.speaking(LONG, restarting=True) as speaker:
        await speaker.announce(MINE)
        await speaker.add_peer(peer(LONG, **LONG_LIVED, **families))
        await until(lambda: not marked(), "without the mark again", PATIENCE)
        assert is_up(speaker, LONG)


async def they_restart_late(lab: Lab) -> None:
    """Prove that after its restart time the daemon's routes are our last resort, until it is back (RFC 9494)."""
    async with lab.session(LONG, long_lived_families=peer(LONG).families, **LONG_LIVED) as speaker:
        await hears(speaker, LONG, ONE, TWO)
        with lab.killed(back_with=(ONE, TWO)):
            await until(lambda: last_resorts(speaker) == {ONE, TWO}, "both the last resort", PATIENCE)
        await lab.established(speaker, LONG)
        await until(lambda: not last_resorts(speaker), "without the mark again", PATIENCE)
        await hears(speaker, LONG, ONE, TWO)


async def kept_through_a_reset(lab: Lab) -> None:
    """Prove that both sides keep each other's routes when we reset the session; a shutdown ends it (RFC 8538)."""
    async with lab.session(RESET, notification_support=True) as speaker:
        graceful = terms_of(speaker, RESET).peer_graceful_restart
        assert graceful is not None
        assert graceful.notification
        await speaker.announce(MINE)
        await lab.holds(RESET, MINE)
        await hears(speaker, RESET, ONE, TWO)
        await speaker.reset_peer(THEIRS)

        def back() -> bool:
            assert received(speaker, RESET) == {ONE, TWO}
            assert set(lab.other.held(RESET)) == {MINE}
            again = [each.established_count for each in speaker.peers()] == [2]
            return again and lab.other.is_established(RESET)

        await until(back, "another session, and no route was lost meanwhile", PATIENCE)
    await lab.holds(RESET)


async def too_many_for_us(lab: Lab) -> None:
    """Prove that the daemon sends two routes where one is allowed; it hears why the session ends (RFC 4486)."""
    async with lab.speaking(FLOODED) as speaker, listening(speaker) as told:
        limit = PrefixLimit(maximum=1, action=PrefixLimitAction.SHUTDOWN)
        await speaker.add_peer(peer(FLOODED, max_prefixes_in=limit))
        await until(lambda: bool(told(PeerDown)), "the end", PATIENCE)
        assert told(PeerDown)[0].end.sent.subcode == CeaseSubcode.MAXIMUM_NUMBER_OF_PREFIXES_REACHED
        assert told(LimitReached)[-1].maximum == 1
        await lab.says(FLOODED, *TOO_MANY)


async def too_many_for_them(lab: Lab) -> None:
    """Prove that we send four routes where two are allowed, and hear why the session ends (RFC 4486)."""
    async with lab.session(LIMITED) as speaker, listening(speaker) as told:
        await speaker.announce(MINE, GONE, "10.88.3.0/24", "10.88.4.0/24")
        await until(lambda: bool(told(PeerDown)), "the end", PATIENCE)
        heard = told(PeerDown)[0].end.received
        assert isinstance(heard, NotificationFacts)
        assert (heard.code, heard.subcode) == (ErrorCode.CEASE, CeaseSubcode.MAXIMUM_NUMBER_OF_PREFIXES_REACHED)


async def we_say_why(lab: Lab) -> None:
    """Prove that the daemon's operator reads why we shut down; our routes are gone (RFC 9003)."""
    async with lab.session(TALKED_TO) as speaker:
        await speaker.announce(MINE)
        await lab.holds(TALKED_TO, MINE)
        await speaker.stop(cease=WORDS)
    await lab.says(TALKED_TO, WORDS)
    await lab.holds(TALKED_TO)


async def they_say_why(lab: Lab) -> None:
    """Prove that we read why the daemon's operator shuts the session down; its routes are gone (RFC 9003)."""
    async with lab.session(TALKING) as speaker, listening(speaker) as told:
        await hears(speaker, TALKING, ONE, TWO)
        lab.other.shut_down(TALKING, MORE_WORDS)
        await until(lambda: bool(told(PeerDown)), "the end", PATIENCE)
        heard = told(PeerDown)[0].end.received
        assert isinstance(heard, NotificationFacts)
        assert (heard.code, heard.subcode) == (ErrorCode.CEASE, CeaseSubcode.ADMINISTRATIVE_SHUTDOWN)
        assert heard.communication == MORE_WORDS
        assert received(speaker, TALKING) == set()


async def they_reset(lab: Lab) -> None:
    """Prove that we hear that the daemon's operator resets the session (RFC 4486)."""
    async with lab.session(RESETTING) as speaker, listening(speaker) as told:
        lab.other.reset(RESETTING)
        await until(lambda: bool(told(PeerDown)), "the end", PATIENCE)
        heard = told(PeerDown)[0].end.received
        assert isinstance(heard, NotificationFacts)
        assert (heard.code, heard.subcode) == (ErrorCode.CEASE, CeaseSubcode.ADMINISTRATIVE_RESET)


RESTARTS: Final = (
    Feature("restart-here", "graceful restart of ours: the peer keeps our routes (RFC 4724)", we_restart),
    Feature("restart-there", "graceful restart of the peer's: we keep its routes (RFC 4724)", they_restart),
    Feature("long-lived-here", "long-lived, ours in the peer (RFC 9494)", we_restart_late),
    Feature("long-lived-there", "long-lived, the peer's in ours (RFC 9494)", they_restart_late),
    Feature("notification-kept", "routes kept through a NOTIFICATION (RFC 8538)", kept_through_a_reset),
    Feature("max-prefix-here", "the peer sends more routes than we allow (RFC 4486)", too_many_for_us),
    Feature("max-prefix-there", "we send more routes than the peer allows (RFC 4486)", too_many_for_them),
    Feature("shutdown-here", "our shutdown communication (RFC 9003)", we_say_why),
    Feature("shutdown-there", "the peer's shutdown communication (RFC 9003)", they_say_why),
    Feature("reset-there", "the peer's operator resets the session (RFC 4486)", they_reset),
)
