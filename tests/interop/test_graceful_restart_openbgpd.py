"""Graceful restart on both sides, enhanced route refresh and shutdowns with OpenBGPD, as bgpctl tells."""

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.interop.openbgpd import OpenBgpd
from tests.interop.remote_speaker import PATIENCE
from tests.interop.restart_lab import GONE, MINE, ONE, OURS, THEIRS, TWO, cabled, speaker
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

StartOpenBgpd = Callable[[Namespace, str], OpenBgpd]
# It waits to be called: where its own call meets the death of ours, OpenBGPD 7.7 keeps an OPEN for the next connection,
# which two OPENs then begin.
OPENBGPD = """
AS 64512
router-id 10.9.0.1
listen on 10.9.0.1
fib-update no
{networks}
neighbor 10.9.0.2 {{
    descr "ours"
    remote-as 64512
    passive
    announce IPv4 unicast
    announce restart yes
    announce refresh yes
    announce enhanced refresh yes
}}
allow from any
allow to any
"""


@pytest.fixture
def start_openbgpd(tmp_path: Path) -> Generator[StartOpenBgpd]:
    """Give a function (namespace, configuration) that starts OpenBGPD; stopped after the test."""
    with ExitStack() as stack:

        def start(namespace: Namespace, configuration: str) -> OpenBgpd:
            daemon = OpenBgpd(namespace, tmp_path, configuration)
            stack.callback(daemon.stop)
            return daemon

        yield start


def configuration(*prefixes: str) -> str:
    """Return bgpd's configuration with networks of its own."""
    return OPENBGPD.format(networks="\n".join(f"network {prefix}" for prefix in prefixes))


@pytest.mark.parametrize("end", ["killed", "stopped gracefully"])
def test_openbgpd_keeps_our_routes_through_a_restart_of_ours(
    end: str, namespaces: Namespaces, start_openbgpd: StartOpenBgpd, tmp_path: Path
) -> None:
    """They stay while no speaker runs; the next one takes one back, and OpenBGPD has not been without it."""
    ours, theirs = cabled(namespaces, "openbgpd")
    openbgpd = start_openbgpd(theirs, configuration())
    with speaker(ours, tmp_path) as first:
        first.announce(MINE, GONE)
        wait_until(lambda: {MINE, GONE} <= set(openbgpd.routes()), "our routes in OpenBGPD", PATIENCE)
        if end == "killed":
            first.kill()
        else:
            first.stop(graceful=True)
    wait_until(lambda: not openbgpd.is_established(OURS), "OpenBGPD sees the session end", PATIENCE)
    assert {MINE, GONE} <= set(openbgpd.routes())
    with speaker(ours, tmp_path, MINE, restarting=True):

        def only_the_other_is_gone() -> bool:
            routes = openbgpd.routes()
            assert MINE in routes
            return GONE not in routes

        wait_until(only_the_other_is_gone, "the route that was not announced again is gone", PATIENCE)


def test_openbgpd_is_sent_marks_and_why_we_shut_down(
    namespaces: Namespaces, start_openbgpd: StartOpenBgpd, tmp_path: Path
) -> None:
    """It counts BoRR and EoRR of the refresh that it asks for; the session stays until our shutdown, with its words.

    OpenBGPD 7.7 logs of every ROUTE-REFRESH that it is sent that the family is not negotiated, though it is, and does
    not answer ours.
    """
    ours, theirs = cabled(namespaces, "openbgpd")
    openbgpd = start_openbgpd(theirs, configuration(ONE, TWO))
    with speaker(ours, tmp_path) as refreshed:
        refreshed.announce(MINE)
        wait_until(lambda: MINE in openbgpd.routes(), "our route in OpenBGPD", PATIENCE)
        wait_until(lambda: set(refreshed.routes(peer=THEIRS)) == {ONE, TWO}, "OpenBGPD's routes", PATIENCE)
        openbgpd.ask("neighbor", OURS, "refresh")

        def counted() -> bool:
            (neighbour,) = openbgpd.ask_json("show", "neighbor", OURS)["neighbors"]
            return bool(neighbour["stats"]["message"]["received"]["route_refresh"] == 2)

        wait_until(counted, "two marks, as OpenBGPD counts them", PATIENCE)
        assert MINE in openbgpd.routes()
        assert set(refreshed.routes(peer=THEIRS)) == {ONE, TWO}
        assert refreshed.peer(THEIRS)["count"] == 1
        refreshed.stop(cease="moving to another rack")
    wait_until(lambda: MINE not in openbgpd.routes(), "our route gone", PATIENCE)
    assert "moving to another rack" in openbgpd.ask("show", "neighbor", OURS) + openbgpd.log()
