"""ADD-PATH (RFC 7911) with BIRD and FRR: several paths of a prefix, replaced and withdrawn one by one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop.remote_speaker import PATIENCE, RemoteSpeaker
from tests.support.daemons import Bird, Frr
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns

THEIRS, OURS, ASN = "10.9.0.1", "10.9.0.2", 64512
SECOND = "protocol static two { ipv4; route 10.77.1.0/24 blackhole { bgp_community.add((64513, 2)); }; }"
BIRD = f"""
log stderr all;
router id {THEIRS};
protocol device {{}}
protocol static one {{ ipv4; route 10.77.1.0/24 blackhole {{ bgp_community.add((64513, 1)); }}; }}
{SECOND}
protocol bgp ours {{
  local {THEIRS} as {ASN}; neighbor {OURS} as {ASN};
  connect delay time 1; connect retry time 2; passive on;
  ipv4 {{ import all; export all; add paths on; }};
}}
"""
FRR = f"""
router bgp {ASN}
 bgp router-id {THEIRS}
 neighbor {OURS} remote-as {ASN}
 neighbor {OURS} passive
"""


def cabled(namespaces: Namespaces) -> tuple[Namespace, Namespace]:
    """Return our node and theirs on one segment."""
    switch, ours, theirs = namespaces.segment(), namespaces.node("ours"), namespaces.node("theirs")
    switch.attach(ours, f"{OURS}/24")
    switch.attach(theirs, f"{THEIRS}/24")
    return ours, theirs


def communities(text: str) -> list[str]:
    """Return the communities of all paths that BIRD shows, one each."""
    return sorted(re.findall(r"BGP.community: \(64512,(\d+)\)", text))


def announce_two(speaker: RemoteSpeaker) -> None:
    """Announce two paths of one prefix."""
    for number in (1, 2):
        speaker.announce("10.88.1.0/24", path_id=number, communities=[f"64512:{number}"])


def test_bird_takes_our_paths_and_sends_its_own(
    namespaces: Namespaces, start_bird: Callable[[Namespace, str], Bird], tmp_path: Path
) -> None:
    """Both ways at once; a replacement replaces one path and a withdrawal takes one away."""
    ours, theirs = cabled(namespaces)
    bird = start_bird(theirs, BIRD)
    with RemoteSpeaker(ours, tmp_path, asn=ASN, bgp_identifier=OURS) as speaker:
        speaker.add_peer(THEIRS, ASN, add_path_send=True, add_path_receive=True)
        announce_two(speaker)

        def held() -> list[str]:
            return communities(bird.ask("show", "route", "all", "10.88.1.0/24", check=False))

        def heard() -> list[tuple[str, int]]:
            routes = speaker.order("routes", family="ipv4", peer=THEIRS)
            return sorted((route["communities"][0], route["path_id"]) for route in routes)

        wait_until(lambda: held() == ["1", "2"], "both of our paths in BIRD", PATIENCE)
        wait_until(lambda: len(heard()) == 2, "both of BIRD's paths", PATIENCE)
        assert [community for community, _ in heard()] == ["64513:1", "64513:2"]
        assert len({path_id for _, path_id in heard()}) == 2
        speaker.announce("10.88.1.0/24", path_id=2, communities=["64512:3"])
        wait_until(lambda: held() == ["1", "3"], "the second path replaced in BIRD", PATIENCE)
        speaker.order("withdraw", prefixes=["10.88.1.0/24"], path_id=1)
        wait_until(lambda: held() == ["3"], "the first path withdrawn in BIRD", PATIENCE)
        bird.reconfigure(BIRD.replace(SECOND, ""))
        wait_until(lambda: len(heard()) == 1, "one of BIRD's paths withdrawn", PATIENCE)


def test_frr_takes_our_paths(
    namespaces: Namespaces, start_frr: Callable[[Namespace, str], Frr], tmp_path: Path
) -> None:
    """With stable identifiers: what is replaced keeps its own."""
    ours, theirs = cabled(namespaces)
    frr = start_frr(theirs, FRR)
    with RemoteSpeaker(ours, tmp_path, asn=ASN, bgp_identifier=OURS) as speaker:
        speaker.add_peer(THEIRS, ASN, add_path_send=True)
        announce_two(speaker)

        def held() -> dict[str, str]:
            text = frr.ask("show bgp ipv4 unicast 10.88.1.0/24")
            found = re.findall(r"Community: 64512:(\d+).*?AddPath ID: RX (\d+)", text, re.DOTALL)
            return dict(found)

        wait_until(lambda: set(held()) == {"1", "2"}, "both of our paths in FRR", PATIENCE)
        first, second = held()["1"], held()["2"]
        assert first != second
        speaker.announce("10.88.1.0/24", path_id=2, communities=["64512:3"])
        wait_until(lambda: held() == {"1": first, "3": second}, "the second path replaced in FRR", PATIENCE)
        speaker.order("withdraw", prefixes=["10.88.1.0/24"], path_id=1)
        wait_until(lambda: held() == {"3": second}, "the first path withdrawn in FRR", PATIENCE)
