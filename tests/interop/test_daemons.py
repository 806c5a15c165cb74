"""The daemons of others really start in a namespace, answer, and are gone when stopped."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.daemons import Bird, Frr, GoBgp
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import ProcessFailedError, wait_until

BIRD = """
log stderr all;
router id 10.9.0.1;
protocol device {}
protocol static { ipv4; route 10.77.0.0/24 blackhole; }
protocol bgp peer { local 10.9.0.1 as 64512; neighbor 10.9.0.2 as 64513; ipv4 { import all; export all; }; }
"""

GOBGP = """
[global.config]
  as = 64513
  router-id = "10.9.0.2"
[[neighbors]]
  [neighbors.config]
    neighbor-address = "10.9.0.1"
    peer-as = 64512
"""

FRR = """
router bgp 64513
 bgp router-id 10.9.0.2
 no bgp ebgp-requires-policy
 neighbor 10.9.0.1 remote-as 64512
"""

pytestmark = pytest.mark.netns


def test_bird_answers_show_status(namespaces: Namespaces, start_bird: Callable[[Namespace, str], Bird]) -> None:
    """BIRD started in a namespace tells its router id and that it is up."""
    bird = start_bird(namespaces.node("bird"), BIRD)
    status = bird.ask("show", "status")
    assert "Router ID is 10.9.0.1" in status
    assert "Daemon is up and running" in status


def test_gobgpd_answers_global(namespaces: Namespaces, start_gobgp: Callable[[Namespace, str], GoBgp]) -> None:
    """The AS number and router id of gobgpd are those of its configuration."""
    gobgp = start_gobgp(namespaces.node("gobgp"), GOBGP)
    answer = gobgp.ask("global")
    assert "64513" in answer
    assert "10.9.0.2" in answer


def test_frr_answers_vtysh(namespaces: Namespaces, start_frr: Callable[[Namespace, str], Frr]) -> None:
    """Both zebra and bgpd answer vtysh, and bgpd has its configuration."""
    frr = start_frr(namespaces.node("frr"), FRR)
    assert {"zebra", "bgpd"} <= set(frr.ask("show daemons").split())
    assert "local AS number 64513" in frr.ask("show bgp summary")


def test_bird_and_gobgpd_establish_a_session(
    namespaces: Namespaces,
    start_bird: Callable[[Namespace, str], Bird],
    start_gobgp: Callable[[Namespace, str], GoBgp],
) -> None:
    """Two daemons on one segment reach Established, and each says so: the lab itself carries BGP."""
    switch, a, b = namespaces.segment(), namespaces.node("a"), namespaces.node("b")
    switch.attach(a, "10.9.0.1/24")
    switch.attach(b, "10.9.0.2/24")
    bird, gobgp = start_bird(a, BIRD), start_gobgp(b, GOBGP)
    wait_until(lambda: bird.is_established("peer"), "BIRD Established", 60)
    wait_until(lambda: gobgp.is_established("10.9.0.1"), "gobgpd Established", 60)


def test_bird_and_frr_establish_a_session(
    namespaces: Namespaces,
    start_bird: Callable[[Namespace, str], Bird],
    start_frr: Callable[[Namespace, str], Frr],
) -> None:
    """BIRD's static route arrives in FRR over a cable between two namespaces."""
    switch, a, b = namespaces.segment(), namespaces.node("a"), namespaces.node("b")
    switch.attach(a, "10.9.0.1/24")
    switch.attach(b, "10.9.0.2/24")
    bird, frr = start_bird(a, BIRD), start_frr(b, FRR)
    wait_until(lambda: frr.is_established("10.9.0.1"), "FRR Established", 60)
    assert bird.is_established("peer")
    wait_until(lambda: "10.77.0.0/24" in frr.ask_json("show bgp ipv4 unicast")["routes"], "the route in FRR")


def test_a_stopped_daemon_is_gone(namespaces: Namespaces, start_bird: Callable[[Namespace, str], Bird]) -> None:
    """After stop() no process is left in the namespace."""
    node = namespaces.node("bird")
    bird = start_bird(node, BIRD)
    assert len(_processes(node)) == 1
    bird.stop()
    assert _processes(node) == []


def test_a_configuration_error_is_told(namespaces: Namespaces, tmp_path: Path) -> None:
    """A daemon that refuses its configuration fails the test with its own words, at once."""
    with pytest.raises(ProcessFailedError, match="syntax error"):
        Bird(namespaces.node("bird"), tmp_path, "nonsense;")


def _processes(node: Namespace) -> list[int]:
    """Return the processes whose network namespace is the node's, by the kernel's own word."""
    wanted = node.path.stat().st_ino
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "ns" / "net").stat().st_ino == wanted:
                found.append(int(entry.name))
        except OSError:
            continue
    return found
