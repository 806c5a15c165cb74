"""Long-lived graceful restart, enhanced route refresh and shutdowns with BIRD 2, as birdc tells."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop.remote_speaker import PATIENCE, RemoteSpeaker
from tests.interop.restart_lab import GONE, LONG, MINE, ONE, OURS, THEIRS, TWO, cabled, speaker
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
BIRD = """
log stderr all;
router id 10.9.0.1;
protocol device {{}}
protocol static four {{ ipv4; {routes} }}
protocol bgp v4 {{
  local 10.9.0.1 as 64512; neighbor 10.9.0.2 as 64512;
  passive on; # the Cease of a connection collision ends what BIRD keeps for a graceful restart
  connect delay time 1; connect retry time 2; error wait time 1, 2;
  graceful restart on; graceful restart time 1;
  long lived graceful restart on; long lived stale time 600;
  debug all;
  ipv4 {{ import all; export {export}; }};
}}
"""


def configuration(*prefixes: str, export: str = "all") -> str:
    """Return BIRD's configuration with static routes."""
    return BIRD.format(routes=" ".join(f"route {prefix} blackhole;" for prefix in prefixes), export=export)


def marked(watched: RemoteSpeaker) -> set[str]:
    """Return the prefixes of BIRD's routes that are long-lived stale."""
    return {prefix for prefix, route in watched.routes().items() if "llgr-stale" in route["communities"]}


def test_birds_routes_outlive_its_restart_time(namespaces: Namespaces, start_bird: StartBird, tmp_path: Path) -> None:
    """BIRD is killed: its routes become the last resort; it comes back with one less, and nothing is stale."""
    ours, theirs = cabled(namespaces, "bird")
    bird = start_bird(theirs, configuration(ONE, TWO))
    with speaker(ours, tmp_path, **LONG) as watched:
        wait_until(lambda: set(watched.routes()) == {ONE, TWO}, "BIRD's routes", PATIENCE)
        assert marked(watched) == set()
        bird.kill()
        wait_until(lambda: marked(watched) == {ONE, TWO}, "long-lived stale", PATIENCE)
        assert watched.peer(THEIRS)["long_lived_stale"] == ["ipv4-unicast"]
        start_bird(theirs, configuration(TWO))
        wait_until(lambda: set(watched.routes()) == {TWO}, "what BIRD announced again", PATIENCE)
        wait_until(lambda: marked(watched) == set(), "without the mark", PATIENCE)
        assert not watched.peer(THEIRS)["stale"]


def test_bird_keeps_our_routes_beyond_our_restart_time(
    namespaces: Namespaces, start_bird: StartBird, tmp_path: Path
) -> None:
    """They become long-lived stale in BIRD; the next speaker takes one back, and BIRD has not been without it."""
    ours, theirs = cabled(namespaces, "bird")
    bird = start_bird(theirs, configuration())
    with speaker(ours, tmp_path, **LONG) as first:
        first.announce(MINE, GONE)
        wait_until(lambda: GONE in bird.ask("show", "route"), "our routes in BIRD", PATIENCE)
        first.kill()
    wait_until(lambda: "(65535,6)" in bird.ask("show", "route", "all", MINE), "long-lived stale in BIRD", PATIENCE)
    assert GONE in bird.ask("show", "route")
    with speaker(ours, tmp_path, MINE, restarting=True, **LONG):
        wait_until(lambda: GONE not in bird.ask("show", "route"), "what was not announced again is gone", PATIENCE)
        told = bird.ask("show", "route", "all", MINE)
        assert MINE in told
        assert "(65535,6)" not in told
        withdrawn = re.search(r"Import withdraws:.* (\d+)$", bird.ask("show", "protocols", "all", "v4"), re.MULTILINE)
        assert withdrawn is not None
        assert withdrawn[1] == "1", "the other one was never gone"


@pytest.mark.rfc("7313", "4")
def test_a_refresh_by_bird_shows_what_is_gone(namespaces: Namespaces, start_bird: StartBird, tmp_path: Path) -> None:
    """BIRD's filter has changed without a word to us; asked again, it marks what it has, and the other route goes."""
    ours, theirs = cabled(namespaces, "bird")
    bird = start_bird(theirs, configuration(ONE, TWO))
    with speaker(ours, tmp_path) as asking:
        wait_until(lambda: set(asking.routes()) == {ONE, TWO}, "BIRD's routes", PATIENCE)
        changed = configuration(ONE, TWO, export=f"where net != {ONE}")
        bird.reconfigure(changed, soft=True)
        assert set(asking.routes()) == {ONE, TWO}
        asking.order("refresh_peer", address=THEIRS)
        wait_until(lambda: set(asking.routes()) == {TWO}, "what BIRD has not sent again is gone", PATIENCE)
        assert asking.peer(THEIRS)["count"] == 1


@pytest.mark.rfc("7313", "4")
def test_bird_is_sent_its_refresh_between_marks(namespaces: Namespaces, start_bird: StartBird, tmp_path: Path) -> None:
    """It logs the beginning and the end of what it has asked for, and keeps the routes."""
    ours, theirs = cabled(namespaces, "bird")
    bird = start_bird(theirs, configuration())
    with speaker(ours, tmp_path) as asked:
        asked.announce(MINE, GONE)
        wait_until(lambda: GONE in bird.ask("show", "route"), "our routes in BIRD", PATIENCE)
        bird.command("reload", "in", "v4")
        wait_until(lambda: "END-OF-RR" in bird.log().upper().replace(" ", "-"), "the end in BIRD's log", PATIENCE)
        assert {MINE, GONE} <= set(bird.ask("show", "route").split())


def test_bird_reads_why_we_shut_down(namespaces: Namespaces, start_bird: StartBird, tmp_path: Path) -> None:
    """The words of the shutdown communication, and our routes are gone with it."""
    ours, theirs = cabled(namespaces, "bird")
    bird = start_bird(theirs, configuration())
    with speaker(ours, tmp_path) as leaving:
        leaving.announce(MINE)
        wait_until(lambda: MINE in bird.ask("show", "route"), "our route in BIRD", PATIENCE)
        leaving.stop(cease="back at nine")
    wait_until(lambda: MINE not in bird.ask("show", "route"), "our route gone", PATIENCE)
    assert "back at nine" in bird.ask("show", "protocols", "all", "v4")


def test_end_of_rib_held_back_keeps_what_is_announced_late(
    namespaces: Namespaces, start_bird: StartBird, tmp_path: Path
) -> None:
    """The next speaker announces its routes one by one after the session is up: BIRD is never without the late one."""
    ours, theirs = cabled(namespaces, "bird")
    bird = start_bird(theirs, configuration())
    with speaker(ours, tmp_path, restart_time=60) as first:
        first.announce(MINE, GONE)
        wait_until(lambda: GONE in bird.ask("show", "route"), "our routes in BIRD", PATIENCE)
        first.stop(graceful=True)
    assert {MINE, GONE} <= set(bird.ask("show", "route").split())
    with RemoteSpeaker(
        ours, tmp_path, asn=64512, bgp_identifier=OURS, listen=[("0.0.0.0", 179)], restarting=True, hold_end_of_rib=True
    ) as second:
        second.add_peer(THEIRS, 64512, restart_time=60)
        second.wait_established(THEIRS)
        wait_until(lambda: bird.is_established("v4"), "Established, as BIRD says", PATIENCE)
        assert {MINE, GONE} <= set(bird.ask("show", "route").split())
        second.announce(MINE)
        second.order("release_end_of_rib")
        wait_until(lambda: GONE not in bird.ask("show", "route"), "what was not announced again is gone", PATIENCE)
        assert MINE in bird.ask("show", "route")
        told = bird.ask("show", "protocols", "all", "v4")
        withdrawn = re.search(r"Import withdraws:.* (\d+)$", told, re.MULTILINE)
        assert withdrawn is not None
        assert withdrawn[1] == "1", "the late one was never gone"
