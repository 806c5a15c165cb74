"""Graceful restart of all kinds, enhanced route refresh and shutdowns with FRR, as vtysh tells."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.interop.remote_speaker import PATIENCE, RemoteSpeaker
from tests.interop.restart_lab import GONE, LONG, MINE, ONE, OURS, THEIRS, TWO, cabled, speaker
from tests.support.daemons import Frr
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

StartFrr = Callable[[Namespace, str], Frr]
FRR = """
log stdout
debug bgp neighbor-events
router bgp 64512
 bgp router-id 10.9.0.1
 no bgp network import-check
 bgp graceful-restart
 bgp graceful-restart preserve-fw-state
 bgp graceful-restart restart-time {restart_time}
 {options}
 neighbor 10.9.0.2 remote-as 64512
 neighbor 10.9.0.2 timers connect 2
 address-family ipv4 unicast
{networks}
 exit-address-family
"""
LONG_LIVED = "bgp long-lived-graceful-restart stale-time 600"


def configuration(*prefixes: str, restart_time: int = 60, options: str = "") -> str:
    """Return bgpd's configuration with networks of its own."""
    networks = "\n".join(f"  network {prefix}" for prefix in prefixes)
    return FRR.format(networks=networks, restart_time=restart_time, options=options)


def known(frr: Frr, prefix: str) -> dict[str, Any] | None:
    """Return the first path that bgpd holds for a prefix."""
    paths = frr.ask_json(f"show bgp ipv4 unicast {prefix}").get("paths")
    found: dict[str, Any] | None = paths[0] if paths else None
    return found


def communities(frr: Frr, prefix: str) -> str:
    """Return the communities of that path."""
    path = known(frr, prefix)
    return "" if path is None else str(path.get("community", {}).get("string", ""))


def marked(watched: RemoteSpeaker) -> set[str]:
    """Return the prefixes of FRR's routes that are long-lived stale."""
    return {prefix for prefix, route in watched.routes().items() if "llgr-stale" in route["communities"]}


@pytest.mark.parametrize("end", ["killed", "stopped gracefully"])
def test_frr_keeps_our_routes_through_a_restart_of_ours(
    end: str, namespaces: Namespaces, start_frr: StartFrr, tmp_path: Path
) -> None:
    """Stale in FRR while no speaker runs; the next one takes one back, and FRR has not been without it."""
    ours, theirs = cabled(namespaces, "frr")
    frr = start_frr(theirs, configuration())
    with speaker(ours, tmp_path) as first:
        first.announce(MINE, GONE)
        wait_until(lambda: known(frr, GONE) is not None, "our routes in FRR", PATIENCE)
        if end == "killed":
            first.kill()
        else:
            first.stop(graceful=True)
    wait_until(lambda: not frr.is_established(OURS), "FRR sees the session end", PATIENCE)
    assert all((known(frr, prefix) or {}).get("stale") for prefix in (MINE, GONE))
    with speaker(ours, tmp_path, MINE, restarting=True):

        def only_the_other_is_gone() -> bool:
            assert known(frr, MINE) is not None
            return known(frr, GONE) is None

        wait_until(only_the_other_is_gone, "the route that was not announced again is gone", PATIENCE)
        assert not (known(frr, MINE) or {}).get("stale")


def test_a_restart_of_frrs_keeps_its_routes(namespaces: Namespaces, start_frr: StartFrr, tmp_path: Path) -> None:
    """FRR is killed: its routes stay, stale; it comes back with one route less, which goes."""
    ours, theirs = cabled(namespaces, "frr")
    frr = start_frr(theirs, configuration(ONE, TWO))
    with speaker(ours, tmp_path) as watched:
        wait_until(lambda: set(watched.routes()) == {ONE, TWO}, "FRR's routes", PATIENCE)
        frr.kill()
        wait_until(lambda: watched.peer(THEIRS)["stale"] == ["ipv4-unicast"], "the session lost", PATIENCE)
        assert {prefix: route["stale"] for prefix, route in watched.routes().items()} == {ONE: True, TWO: True}
        start_frr(theirs, configuration(TWO))

        def only_the_other_is_gone() -> bool:
            routes = watched.routes()
            assert TWO in routes
            return ONE not in routes

        wait_until(only_the_other_is_gone, "what FRR announced again, and nothing else", PATIENCE)
        assert not watched.routes()[TWO]["stale"]


def test_routes_outlive_the_restart_time_on_both_sides(
    namespaces: Namespaces, start_frr: StartFrr, tmp_path: Path
) -> None:
    """Ours in FRR, and then FRR's in ours: the last resort, with the community; each side takes its own back."""
    ours, theirs = cabled(namespaces, "frr")
    frr = start_frr(theirs, configuration(ONE, TWO, restart_time=1, options=LONG_LIVED))
    with speaker(ours, tmp_path, **LONG) as first:
        first.announce(MINE)
        wait_until(lambda: known(frr, MINE) is not None, "our route in FRR", PATIENCE)
        first.kill()
    wait_until(lambda: "llgr-stale" in communities(frr, MINE), "long-lived stale in FRR", PATIENCE)
    with speaker(ours, tmp_path, MINE, restarting=True, **LONG) as second:
        wait_until(
            lambda: known(frr, MINE) is not None and "llgr-stale" not in communities(frr, MINE), "taken back", PATIENCE
        )
        wait_until(lambda: set(second.routes(peer=THEIRS)) == {ONE, TWO}, "FRR's routes", PATIENCE)
        frr.kill()
        wait_until(lambda: marked(second) == {ONE, TWO}, "long-lived stale", PATIENCE)
        start_frr(theirs, configuration(TWO, restart_time=1, options=LONG_LIVED))
        wait_until(lambda: set(second.routes(peer=THEIRS)) == {TWO}, "what FRR announced again", PATIENCE)
        wait_until(lambda: marked(second) == set(), "without the mark", PATIENCE)


@pytest.mark.rfc("8538", "4")
def test_routes_survive_notifications_and_not_a_hard_reset(
    namespaces: Namespaces, start_frr: StartFrr, tmp_path: Path
) -> None:
    """An Administrative Reset of ours keeps the routes on both sides, one of FRR's on ours; a shutdown ends it.

    FRR 8.4 itself drops our routes when it is the one that sends a NOTIFICATION.
    """
    ours, theirs = cabled(namespaces, "frr")
    frr = start_frr(theirs, configuration(ONE, options="no bgp hard-administrative-reset"))
    with speaker(ours, tmp_path, notification_support=True) as ended:
        ended.announce(MINE)
        wait_until(lambda: known(frr, MINE) is not None, "our route in FRR", PATIENCE)
        wait_until(lambda: set(ended.routes(peer=THEIRS)) == {ONE}, "FRR's route", PATIENCE)

        def kept(count: int) -> bool:
            assert count > 2 or known(frr, MINE) is not None
            assert set(ended.routes(peer=THEIRS)) == {ONE}
            return bool(ended.peer(THEIRS)["count"] == count and frr.is_established(OURS))

        ended.order("reset_peer", address=THEIRS)
        wait_until(lambda: kept(2), "another session, and no route was lost meanwhile", PATIENCE)
        frr.ask(f"clear bgp {OURS}")
        wait_until(lambda: kept(3), "FRR's route was not lost by a reset of FRR's", PATIENCE)
        wait_until(lambda: known(frr, MINE) is not None, "our route in FRR again", PATIENCE)
        ended.stop(cease="moving to another rack")
    wait_until(lambda: known(frr, MINE) is None, "our route gone", PATIENCE)
    told = frr.ask_json("show bgp neighbors")[OURS]
    assert (told["lastNotificationReason"], told["lastNotificationHardReset"]) == (
        "Cease/Administrative Shutdown",
        True,
    )
    assert told["lastShutdownDescription"] == "moving to another rack"


@pytest.mark.rfc("7313", "4")
def test_refreshes_are_marked_both_ways(namespaces: Namespaces, start_frr: StartFrr, tmp_path: Path) -> None:
    """FRR logs our marks; what its own leave out is gone from our tables."""
    ours, theirs = cabled(namespaces, "frr")
    frr = start_frr(theirs, configuration(ONE, TWO))
    with speaker(ours, tmp_path) as refreshed:
        refreshed.announce(MINE)
        wait_until(lambda: known(frr, MINE) is not None, "our route in FRR", PATIENCE)
        wait_until(lambda: set(refreshed.routes(peer=THEIRS)) == {ONE, TWO}, "FRR's routes", PATIENCE)
        frr.ask(f"clear bgp ipv4 unicast {OURS} in")
        wait_until(lambda: "rcvd route-refresh (EoRR)" in frr.log(), "the end in FRR's log", PATIENCE)
        assert "rcvd route-refresh (BoRR)" in frr.log()
        assert known(frr, MINE) is not None
        refreshed.order("refresh_peer", address=THEIRS)
        wait_until(lambda: "sending route-refresh (EoRR)" in frr.log(), "FRR's own end", PATIENCE)
        assert set(refreshed.routes(peer=THEIRS)) == {ONE, TWO}
        assert "refresh.ignored" not in refreshed.log()
