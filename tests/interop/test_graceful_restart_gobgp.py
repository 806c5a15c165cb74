"""Long-lived graceful restart, NOTIFICATIONs that keep routes, and shutdowns with GoBGP, as gobgp tells."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.interop import restart_lab
from tests.interop.remote_speaker import PATIENCE, RemoteSpeaker
from tests.interop.restart_lab import LONG, MINE, ONE, OURS, THEIRS, TWO, cabled
from tests.support.daemons import GoBgp
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

StartGoBgp = Callable[[Namespace, str], GoBgp]
LLGR_STALE = 0xFFFF0006
GOBGP = """
[global.config]
  as = 64512
  router-id = "10.9.0.1"
  port = 179
[[neighbors]]
  [neighbors.config]
    neighbor-address = "10.9.0.2"
    peer-as = 64512
  [neighbors.timers.config]
    connect-retry = 1
    idle-hold-time-after-reset = 1
  [neighbors.graceful-restart.config]
    enabled = true
    restart-time = {restart_time}
    notification-enabled = true
    long-lived-enabled = {long_lived}
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "ipv4-unicast"
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true
    [neighbors.afi-safis.long-lived-graceful-restart.config]
      enabled = {long_lived}
      restart-time = 600
"""


def configuration(*, restart_time: int = 60, long_lived: bool = False) -> str:
    """Return gobgpd's configuration."""
    return GOBGP.format(restart_time=restart_time, long_lived="true" if long_lived else "false")


def speaker(node: Namespace, folder: Path, *own: str, restarting: bool = False, **fields: Any) -> RemoteSpeaker:
    """Return a speaker of ours with gobgpd as its peer."""
    # GoBGP closes connections for seconds after a restart of ours: each is a failure to us.
    return restart_lab.speaker(
        node, folder, *own, restarting=restarting, idle_hold_time=0.5, damp_oscillations=False, **fields
    )


def add(gobgp: GoBgp, *prefixes: str) -> None:
    """Let gobgpd originate routes."""
    for prefix in prefixes:
        gobgp.ask("global", "rib", "add", prefix, "nexthop", THEIRS)


def path(gobgp: GoBgp, prefix: str) -> Mapping[str, Any] | None:
    """Return the first path that gobgpd holds for a prefix."""
    paths: list[Mapping[str, Any]] = gobgp.ask_json("global", "rib", "-a", "ipv4").get(prefix) or []
    return paths[0] if paths else None


def communities(gobgp: GoBgp, prefix: str) -> list[int]:
    """Return the communities of that path."""
    attributes: list[Mapping[str, Any]] = (path(gobgp, prefix) or {}).get("attrs", [])
    return next((each["communities"] for each in attributes if each["type"] == 8), list[int]())


def marked(watched: RemoteSpeaker) -> set[str]:
    """Return the prefixes of GoBGP's routes that are long-lived stale."""
    return {prefix for prefix, route in watched.routes().items() if "llgr-stale" in route["communities"]}


def test_routes_outlive_the_restart_time_on_both_sides(
    namespaces: Namespaces, start_gobgp: StartGoBgp, tmp_path: Path
) -> None:
    """Ours in GoBGP, and then GoBGP's in ours: the last resort, with the community; each side takes its own back."""
    ours, theirs = cabled(namespaces, "gobgp")
    gobgp = start_gobgp(theirs, configuration(restart_time=1, long_lived=True))
    add(gobgp, ONE, TWO)
    with speaker(ours, tmp_path, **LONG) as first:
        first.announce(MINE)
        wait_until(lambda: path(gobgp, MINE) is not None, "our route in GoBGP", PATIENCE)
        first.kill()
    wait_until(lambda: LLGR_STALE in communities(gobgp, MINE), "long-lived stale in GoBGP", PATIENCE)
    with speaker(ours, tmp_path, MINE, restarting=True, **LONG) as second:
        wait_until(
            lambda: path(gobgp, MINE) is not None and LLGR_STALE not in communities(gobgp, MINE), "taken back", PATIENCE
        )
        wait_until(lambda: set(second.routes(peer=THEIRS)) == {ONE, TWO}, "GoBGP's routes", PATIENCE)
        gobgp.kill()
        wait_until(lambda: marked(second) == {ONE, TWO}, "long-lived stale", PATIENCE)
        assert set(second.routes()) == {ONE, TWO, MINE}


@pytest.mark.rfc("8538", "4")
def test_routes_survive_notifications_and_not_a_hard_reset(
    namespaces: Namespaces, start_gobgp: StartGoBgp, tmp_path: Path
) -> None:
    """An Administrative Reset of ours keeps the routes on both sides; a shutdown of ours ends it.

    GoBGP 3.10 itself drops our routes when it is the one that sends a NOTIFICATION.
    """
    ours, theirs = cabled(namespaces, "gobgp")
    gobgp = start_gobgp(theirs, configuration())
    add(gobgp, ONE)
    with speaker(ours, tmp_path, notification_support=True) as ended:
        ended.announce(MINE)
        wait_until(lambda: path(gobgp, MINE) is not None, "our route in GoBGP", PATIENCE)
        wait_until(lambda: set(ended.routes(peer=THEIRS)) == {ONE}, "GoBGP's route", PATIENCE)

        def kept() -> bool:
            assert path(gobgp, MINE) is not None
            assert set(ended.routes(peer=THEIRS)) == {ONE}
            return bool(ended.peer(THEIRS)["count"] == 2 and gobgp.is_established(OURS))

        ended.order("reset_peer", address=THEIRS)
        wait_until(kept, "another session, and no route was lost meanwhile", PATIENCE)
        ended.stop(cease="moving to another rack")
    wait_until(lambda: path(gobgp, MINE) is None, "our route gone", PATIENCE)
