"""BFD with BIRD 2 on every kind of path: signed, over several hops, IPv6, at another interval."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from bgpkit.bfd import BfdService, BfdSessionStatus
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType, MonitoredPath
from bgpkit.transport import Secret
from tests.interop.bfd_lab import OURS6, THEIRS6, Lab, away, bird_lab
from tests.interop.bfd_speaker_program import OURS, THEIRS, peer
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.scripted_peer import eventually

pytestmark = pytest.mark.netns

StartBird = Callable[[Namespace, str], Bird]
NEIGHBOUR = f'neighbor {OURS} dev "eth0" local {THEIRS};'
"""A path that BIRD watches for nobody."""
SIGNED = {
    BfdAuthenticationType.SIMPLE: "simple",
    BfdAuthenticationType.KEYED_MD5: "keyed md5",
    BfdAuthenticationType.METICULOUS_KEYED_MD5: "meticulous keyed md5",
    BfdAuthenticationType.KEYED_SHA1: "keyed sha1",
    BfdAuthenticationType.METICULOUS_KEYED_SHA1: "meticulous keyed sha1",
}


async def come_up(path: MonitoredPath) -> BfdSessionStatus:
    """Return the session of a path once it is Up and has been so for some detection times."""
    async with BfdService() as bfd:
        bfd.watch(path, lambda _: None)
        await eventually(lambda: bfd.sessions()[0].state == "Up", f"Up with {path.options}")
        await asyncio.sleep(0.7)
        (status,) = bfd.sessions()
        return status


@pytest.mark.parametrize("kind", SIGNED)
def test_every_kind_of_authentication(
    namespaces: Namespaces, start_bird: StartBird, kind: BfdAuthenticationType
) -> None:
    """Simple password, MD5 and SHA1, meticulous or not: Up with BIRD, and nothing is discarded; not so a wrong key."""
    signed = f'authentication {SIGNED[kind]}; password "s3cret" {{ id 7; }};'
    lab = bird_lab(namespaces, start_bird, "", bfd=NEIGHBOUR, interface=signed)
    paths: list[MonitoredPath] = []
    for key in (b"wrong", b"s3cret"):
        options = peer(authentication=BfdAuthentication(type=kind, key=Secret(key), key_id=7)).bfd
        assert options is not None
        paths.append(MonitoredPath(remote=THEIRS, local=OURS, options=options))
    with lab.ours.entered():
        refused, taken = asyncio.run(not_up(paths[0])), asyncio.run(come_up(paths[1]))
    assert (refused.state, refused.packets_received) == ("Down", 0)
    assert (taken.up_count, taken.packets_discarded, taken.authenticated) == (1, 0, True)


async def not_up(path: MonitoredPath) -> BfdSessionStatus:
    """Return the session of a path after some of BIRD's packets have come."""
    async with BfdService() as bfd:
        bfd.watch(path, lambda _: None)
        await eventually(lambda: bfd.sessions()[0].packets_discarded > 1, "packets of BIRD")
        (status,) = bfd.sessions()
        return status


@pytest.mark.parametrize(
    ("neighbour", "remote", "local", "multihop"),
    [
        (f"neighbor {OURS} local {THEIRS} multihop on;", THEIRS, OURS, True),
        (f'neighbor {OURS6} dev "eth0" local {THEIRS6};', THEIRS6, None, False),
        (f"neighbor {OURS6} local {THEIRS6} multihop on;", THEIRS6, OURS6, True),
    ],
    ids=["ipv4, several hops", "ipv6", "ipv6, several hops"],
)
def test_other_paths(
    namespaces: Namespaces,
    start_bird: StartBird,
    neighbour: str,
    remote: str,
    local: str | None,
    multihop: bool,
) -> None:
    """Several hops (RFC 5883, port 4784) and IPv6: Up, and nothing is discarded."""
    lab = bird_lab(namespaces, start_bird, "", bfd=neighbour)
    config = peer(multihop=multihop).bfd
    assert config is not None
    with lab.ours.entered():
        status = asyncio.run(come_up(MonitoredPath(remote=remote, local=local, options=config)))
    assert (status.up_count, status.packets_discarded) == (1, 0)
    assert status.detection_time == pytest.approx(0.3)


async def change_interval(lab: Lab) -> None:
    """Slow down and speed up again, by Poll Sequences."""
    fast, slow = peer().bfd, peer(transmit_interval=0.4, receive_interval=0.4).bfd
    assert fast is not None
    assert slow is not None
    async with BfdService() as bfd:

        def goes_by(interval: float) -> bool:
            (status,) = bfd.sessions()
            times = (status.transmit_interval, status.detection_time)
            return times == pytest.approx((interval, 3 * interval)) and f" {interval:.3f}" in lab.session()

        watch = bfd.watch(MonitoredPath(remote=THEIRS, local=OURS, options=fast), lambda _: None)
        for options, interval in ((fast, 0.1), (slow, 0.4), (fast, 0.1), (slow, 0.4)):
            watch.change(options)
            await away(partial(wait_until, partial(goes_by, interval), f"an interval of {interval}"))
        assert bfd.sessions()[0].up_count == 1
    assert lab.flaps() == 1  # that is our end


def test_a_change_of_interval_flaps_nothing(namespaces: Namespaces, start_bird: StartBird) -> None:
    """BIRD takes over slower and faster intervals while the session stays Up."""
    lab = bird_lab(namespaces, start_bird, "", bfd=NEIGHBOUR)
    with lab.ours.entered():
        asyncio.run(change_interval(lab))
