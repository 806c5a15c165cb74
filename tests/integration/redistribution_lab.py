"""A node whose routes are redistributed to a real BIRD, and the questions that are put to both."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from typing import Any

from bgpkit import PeerConfig, Speaker
from bgpkit.fib import Redistribution, RedistributionFilter
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.support.daemons import Bird
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import eventually

StartBird = Callable[[Namespace, str], Bird]
Nodes = tuple[Namespace, Namespace]
"""Ours and that of BIRD."""
BIRD4, OURS4, BIRD6, OURS6 = "10.9.0.1", "10.9.0.2", "2001:db8:9::1", "2001:db8:9::2"
CONNECTED = {"10.0.0.0/24", "10.0.1.0/24", "2001:db8:a::/64", "2001:db8:b::/64"}
BIRD = f"""
log stderr all;
router id {BIRD4};
protocol device {{}}
protocol direct {{ ipv4; ipv6; interface "eth0"; }}
template bgp ours {{ connect delay time 1; connect retry time 1; error wait time 1, 2; }}
protocol bgp v4 from ours {{ local {BIRD4} as 64512; neighbor {OURS4} as 64512; ipv4 {{ import all; }}; }}
protocol bgp v6 from ours {{ local {BIRD6} as 64512; neighbor {OURS6} as 64512; ipv6 {{ import all; }}; }}
"""


@dataclass
class RedistributionRig:
    """A node of ours with two links, a speaker in it, and BIRD as its peer."""

    node: Namespace
    bird: Bird
    speaker: Speaker

    @asynccontextmanager
    async def redistributing(self, *protocols: str | int, **options: Any) -> AsyncGenerator[Redistribution]:
        """Redistribute what passes ``protocols``, by the links unless told otherwise; keywords are for either class."""
        names = {field.name for field in fields(RedistributionFilter)}
        options = {"interfaces": ("lan*",), **options}
        chosen: dict[str, Any] = {key: options.pop(key) for key in names & options.keys()}
        redistribution = Redistribution(self.speaker, RedistributionFilter(protocols=protocols, **chosen), **options)
        with self.node.entered():
            await redistribution.start()
        try:
            yield redistribution
        finally:
            await redistribution.close()

    def ip(self, words: str) -> None:
        """Run ``ip`` in our node."""
        self.node.ip(*words.split())

    async def told(self) -> set[str]:
        """Return what BIRD has from us."""
        words = [await asyncio.to_thread(self.bird.ask, "show", "route", "protocol", name) for name in ("v4", "v6")]
        return set(re.findall(r"^(\S+/\d+) ", "\n".join(words), re.MULTILINE))

    async def bird_has(self, *prefixes: str, patience: float = 1.0) -> None:
        """Wait until BIRD has exactly these from us: a second, after what ``ip`` has done."""
        deadline = time.monotonic() + patience
        while (told := await self.told()) != set(prefixes):
            assert time.monotonic() < deadline, f"BIRD has {sorted(told)}, not {sorted(prefixes)}"
            await asyncio.sleep(0.02)

    async def details(self, prefix: str) -> str:
        """Return all that BIRD says of its route."""
        words = await asyncio.to_thread(self.bird.ask, "show", "route", "all", prefix)
        return re.sub(r"\s+", " ", words)

    async def bird_says(self, prefix: str, *words: str) -> None:
        """Wait until BIRD says all of the words of a prefix: a second."""
        deadline = time.monotonic() + 1
        details = ""
        while not all(word in details for word in words):
            assert time.monotonic() < deadline, details
            await asyncio.sleep(0.02)
            details = await self.details(prefix)


def two_nodes(namespaces: Namespaces) -> Nodes:
    """Make our node, with lan0 (10.0.0.1/24, 2001:db8:a::1/64) and lan1 likewise, and that of BIRD."""
    ours, theirs = namespaces.node("ours"), namespaces.node("bird")
    switch = namespaces.segment()
    switch.attach(theirs, f"{BIRD4}/24", f"{BIRD6}/64")
    switch.attach(ours, f"{OURS4}/24", f"{OURS6}/64")
    for number, letter in enumerate("ab"):
        ours.ip("link", "add", f"lan{number}", "type", "veth", "peer", "name", f"end{number}")
        for name in (f"lan{number}", f"end{number}"):
            ours.ip("link", "set", name, "up")
        ours.ip("addr", "add", f"10.0.{number}.1/24", "dev", f"lan{number}")
        ours.ip("addr", "add", f"2001:db8:{letter}::1/64", "dev", f"lan{number}")
    return ours, theirs


@asynccontextmanager
async def running(nodes: Nodes, start_bird: StartBird) -> AsyncGenerator[RedistributionRig]:
    """Run the speaker and BIRD until both sessions are up."""
    ours, theirs = nodes
    bird = start_bird(theirs, BIRD)
    with ours.entered():
        speaker = Speaker(asn=64512, bgp_identifier=OURS4, listen=[("0.0.0.0", 179), ("::", 179)])
        await speaker.__aenter__()
    try:
        for address, family in ((BIRD4, IPV4_UNICAST), (BIRD6, IPV6_UNICAST)):
            await speaker.add_peer(PeerConfig(address=address, asn=64512, passive=True, families=(family,)))
        await eventually(lambda: all(peer.established_count for peer in speaker.peers()), "both sessions", 15)
        yield RedistributionRig(ours, bird, speaker)
    finally:
        await speaker.stop()
