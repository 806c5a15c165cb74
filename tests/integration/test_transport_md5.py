"""TCP MD5 signatures (RFC 2385) with BIRD, FRR and between speakers: right and wrong keys, prefixes, changes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from bgpkit import ChangePlan, Speaker
from bgpkit.transport import Secret, TransportOptions
from tests.integration.transport_lab import (
    ASN,
    OURS,
    THEIR_ASN,
    THEIRS,
    cabled,
    counter,
    is_up,
    never,
    peer,
    speaking,
    until,
    ups,
)
from tests.support.daemons import Bird, Frr
from tests.support.netns import Namespace, Namespaces
from tests.support.skips import require_kernel

pytestmark = pytest.mark.netns
StartBird = Callable[[Namespace, str], Bird]
StartFrr = Callable[[Namespace, str], Frr]
KEY, OTHER_KEY = Secret("correct horse"), Secret("battery staple")
SIGNED = TransportOptions(md5_key=KEY)


@pytest.fixture(autouse=True)
def _kernel_signs() -> None:
    require_kernel("tcp_md5")


def has_routes(speaker: Speaker, number: int) -> bool:
    """Tell whether a speaker has so many routes."""
    return len(list(speaker.routes())) == number


def bird(key: str, options: str = "") -> str:
    """Return a configuration of BIRD's with a session that is signed."""
    return f"""
log stderr all;
router id {THEIRS};
protocol device {{}}
protocol bgp v4 {{
  local {THEIRS} as {THEIR_ASN}; neighbor {OURS} as {ASN};
  connect delay time 1; connect retry time 1; error wait time 1, 1;
  password "{key}";
  {options}
  ipv4 {{ import all; export all; }};
}}
"""


@pytest.mark.rfc("2385", "2")
@pytest.mark.parametrize("who", ["we connect", "bird connects"])
async def test_a_signed_session_with_bird(who: str, namespaces: Namespaces, start_bird: StartBird) -> None:
    """Established with the same key on both sides, whoever connects, and the kernel has found no fault."""
    we_connect = who == "we connect"
    ours, theirs = cabled(namespaces)
    daemon = start_bird(theirs, bird("correct horse", "passive on;" if we_connect else ""))
    async with speaking(ours) as speaker:
        await speaker.add_peer(peer(passive=not we_connect, transport=SIGNED))
        await until(lambda: is_up(speaker) and daemon.is_established("v4"), "Established")
        assert [counter(node, "TcpExtTCPMD5Failure") for node in (ours, theirs)] == [0, 0]


@pytest.mark.rfc("2385", "2")
@pytest.mark.parametrize("who", ["we connect", "bird connects"])
async def test_a_wrong_key_keeps_bird_out_until_it_is_put_right(
    who: str, namespaces: Namespaces, start_bird: StartBird
) -> None:
    """Segments with another signature are dropped without an answer; the right key, given live, lets them through."""
    we_connect = who == "we connect"
    ours, theirs = cabled(namespaces)
    start_bird(theirs, bird("correct horse", "passive on;" if we_connect else ""))
    async with speaking(ours) as speaker:
        wrong = peer(passive=not we_connect, transport=TransportOptions(md5_key=OTHER_KEY))
        await speaker.add_peer(wrong)
        judge = theirs if we_connect else ours
        await until(lambda: counter(judge, "TcpExtTCPMD5Failure") > 0, "the kernel drops what is signed wrongly")
        assert not is_up(speaker)
        assert await speaker.update_peer(replace(wrong, transport=SIGNED)) is ChangePlan.NONE
        await until(lambda: is_up(speaker), "Established with the right key")


@pytest.mark.rfc("2385", "2")
async def test_bird_without_a_key_is_not_let_in(namespaces: Namespaces, start_bird: StartBird) -> None:
    """A peer with a key is not taken unsigned, and one without is not taken signed."""
    ours, theirs = cabled(namespaces)
    start_bird(theirs, bird("correct horse").replace('password "correct horse";', ""))
    async with speaking(ours) as speaker:
        await speaker.add_peer(peer(passive=True, transport=SIGNED))
        await until(lambda: counter(ours, "TcpExtTCPMD5NotFound") > 0, "the kernel misses the signature")
        assert not is_up(speaker)
        await speaker.update_peer(peer(passive=True))
        await until(lambda: is_up(speaker), "Established without a key")


@pytest.mark.rfc("2385", "2")
async def test_a_signed_session_with_frr_over_ipv6(namespaces: Namespaces, start_frr: StartFrr) -> None:
    """Established both ways at once over IPv6, and the key of the neighbour is changed on both sides afterwards."""
    ours, theirs = cabled(namespaces)
    frr = start_frr(
        theirs,
        f"""
router bgp {THEIR_ASN}
 bgp router-id {THEIRS}
 no bgp ebgp-requires-policy
 neighbor 2001:db8:9::2 remote-as {ASN}
 neighbor 2001:db8:9::2 timers connect 1
 neighbor 2001:db8:9::2 password correct-horse
""",
    )
    address = "2001:db8:9::1"
    async with speaking(ours, listen=[("::", 179)]) as speaker:
        config = peer(address, transport=TransportOptions(md5_key=Secret("correct-horse")))
        await speaker.add_peer(config)
        await until(lambda: is_up(speaker, address) and frr.is_established("2001:db8:9::2"), "Established")
        frr.ask("configure terminal", f"router bgp {THEIR_ASN}", "neighbor 2001:db8:9::2 password battery-staple")
        await until(lambda: not is_up(speaker, address), "FRR's Cease, signed with the former key")
        changed = replace(config, transport=TransportOptions(md5_key=Secret("battery-staple")))
        assert await speaker.update_peer(changed) is ChangePlan.NONE
        await until(lambda: is_up(speaker, address), "FRR, which resets, is back with the new key")


@pytest.mark.rfc("2385", "4.5")
async def test_keys_change_on_both_sides_and_no_session_notices(namespaces: Namespaces) -> None:
    """A key is given, changed and taken away while a session is up: routes go on, nobody sees it go down."""
    ours, theirs = cabled(namespaces)
    async with speaking(theirs, THEIRS, asn=THEIR_ASN) as other, speaking(ours) as one:
        back = peer(OURS, asn=ASN, passive=True)
        await one.add_peer(peer())
        await other.add_peer(back)
        await until(lambda: is_up(one) and is_up(other, OURS), "Established without a key")
        for number, key in enumerate((KEY, OTHER_KEY, None), start=1):
            options = TransportOptions(md5_key=key)
            assert await one.update_peer(peer(transport=options)) is ChangePlan.NONE
            assert await other.update_peer(replace(back, transport=options)) is ChangePlan.NONE
            await one.announce(f"198.51.{number}.0/24")
            await until(partial(has_routes, other, number), f"route {number} has come")
        assert (ups(one), ups(other, OURS)) == (1, 1)
        assert counter(theirs, "TcpExtTCPMD5NotFound") == 0


@pytest.mark.rfc("2385", "2")
async def test_a_changed_key_is_what_the_session_is_signed_with(namespaces: Namespaces) -> None:
    """Changed on one side alone, nothing gets through, and what was dropped comes when the other side follows."""
    ours, theirs = cabled(namespaces)
    async with speaking(theirs, THEIRS, asn=THEIR_ASN) as other, speaking(ours) as one:
        back = peer(OURS, asn=ASN, passive=True, transport=SIGNED)
        await one.add_peer(peer(transport=SIGNED))
        await other.add_peer(back)
        await until(lambda: is_up(one) and is_up(other, OURS), "Established")
        changed = TransportOptions(md5_key=OTHER_KEY)
        await one.update_peer(peer(transport=changed))
        await one.announce("198.51.100.0/24")
        await never(lambda: bool(list(other.routes())), "a route came with a signature of another key", 1.0)
        assert counter(theirs, "TcpExtTCPMD5Failure") > 0
        await other.update_peer(replace(back, transport=changed))
        await until(lambda: bool(list(other.routes())), "the route, sent again by TCP")
        assert (ups(one), ups(other, OURS)) == (1, 1)


@pytest.mark.rfc("2385", "2")
async def test_a_range_has_a_key_for_all_who_come_from_it(namespaces: Namespaces, start_bird: StartBird) -> None:
    """BIRD is a dynamic peer with the key of its prefix; with another one it is a stranger of whom nobody hears."""
    ours, theirs = cabled(namespaces)
    daemon = start_bird(theirs, bird("battery staple"))
    async with speaking(ours) as speaker:
        await speaker.accept_peers("10.9.0.0/24", lambda address: peer(address, passive=True), md5_key=KEY)
        await until(lambda: counter(ours, "TcpExtTCPMD5Failure") > 0, "the kernel drops what is signed wrongly")
        assert speaker.peers() == ()
        daemon.reconfigure(bird("correct horse"))
        await until(lambda: is_up(speaker), "Established with the key of the range")
        await speaker.refuse_peers("10.9.0.0/24")
        daemon.reconfigure(bird("correct horse").replace('password "correct horse";', ""))
        await speaker.accept_peers("10.9.0.0/24", lambda address: peer(address, passive=True))
        await until(lambda: is_up(speaker), "Established without a key, which is gone with its range")
