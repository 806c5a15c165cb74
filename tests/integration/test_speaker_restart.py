"""Graceful restart between speakers of ours, each a process in a network namespace of its own."""

from pathlib import Path

import pytest

from tests.interop.remote_speaker import PATIENCE, RemoteSpeaker
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

LEAF, REFLECTOR, WATCHER = "10.9.0.1", "10.9.0.2", "10.9.0.3"
KEPT, GONE = "10.77.1.0/24", "10.77.2.0/24"


def nodes(namespaces: Namespaces) -> dict[str, Namespace]:
    """Return three nodes on one segment, by address."""
    switch = namespaces.segment()
    found = {
        address: namespaces.node(word) for address, word in ((LEAF, "leaf"), (REFLECTOR, "rr"), (WATCHER, "watch"))
    }
    for address, node in found.items():
        switch.attach(node, f"{address}/24")
    return found


def speaker(node: Namespace, folder: Path, address: str, *, restarting: bool = False) -> RemoteSpeaker:
    """Return a speaker of AS 64512 that runs at an address."""
    return RemoteSpeaker(
        node, folder, asn=64512, bgp_identifier=address, listen=[["0.0.0.0", 179]], restarting=restarting
    )


def leaf_of(
    node: Namespace, folder: Path, *prefixes: str, restarting: bool = False, restart_time: int
) -> RemoteSpeaker:
    """Return the speaker whose restart the test watches."""
    made = speaker(node, folder, LEAF, restarting=restarting)
    made.announce(*prefixes)
    made.add_peer(REFLECTOR, 64512, restart_time=restart_time)
    return made


def has_stale(watched: RemoteSpeaker) -> bool:
    """Tell whether the leaf's routes are stale at the reflector."""
    return bool(watched.peer(LEAF)["stale"])


def test_a_killed_speaker_comes_back_and_nobody_behind_its_peer_notices(namespaces: Namespaces, tmp_path: Path) -> None:
    """SIGKILL, then another start with one route less: the third speaker loses that one and never the other."""
    node = nodes(namespaces)
    with speaker(node[REFLECTOR], tmp_path, REFLECTOR) as rr, speaker(node[WATCHER], tmp_path, WATCHER) as watcher:
        for address in (LEAF, WATCHER):
            rr.add_peer(address, 64512, route_reflector_client=True)
        watcher.add_peer(REFLECTOR, 64512)
        with leaf_of(node[LEAF], tmp_path, KEPT, GONE, restart_time=120) as first:
            wait_until(lambda: set(watcher.routes()) == {KEPT, GONE}, "both routes at the third speaker", PATIENCE)
            first.kill()
        wait_until(lambda: has_stale(rr), "the reflector keeps stale routes", PATIENCE)
        assert set(watcher.routes()) == {KEPT, GONE}
        watcher.announce("10.78.0.0/16")
        with leaf_of(node[LEAF], tmp_path, KEPT, restarting=True, restart_time=120) as second:

            def only_the_other_is_gone() -> bool:
                routes = set(watcher.routes())
                assert KEPT in routes
                return GONE not in routes

            wait_until(only_the_other_is_gone, "the route that was not announced again is gone", PATIENCE)
            assert not has_stale(rr)
            wait_until(lambda: "10.78.0.0/16" in second.routes(), "the third one's route at the leaf", PATIENCE)
            assert watcher.peer(REFLECTOR)["count"] == 1


def test_a_killed_speaker_that_stays_away_loses_its_routes(namespaces: Namespaces, tmp_path: Path) -> None:
    """The restart time that it had asked for passes: its routes go, everywhere."""
    node = nodes(namespaces)
    with speaker(node[REFLECTOR], tmp_path, REFLECTOR) as rr, speaker(node[WATCHER], tmp_path, WATCHER) as watcher:
        for address in (LEAF, WATCHER):
            rr.add_peer(address, 64512, route_reflector_client=True)
        watcher.add_peer(REFLECTOR, 64512)
        with leaf_of(node[LEAF], tmp_path, KEPT, restart_time=3) as leaf:
            wait_until(lambda: set(watcher.routes()) == {KEPT}, "the route at the third speaker", PATIENCE)
            leaf.kill()
        wait_until(lambda: has_stale(rr), "the reflector keeps a stale route", PATIENCE)
        assert set(watcher.routes()) == {KEPT}
        wait_until(lambda: not watcher.routes(), "the route gone", PATIENCE)
        assert not has_stale(rr)
