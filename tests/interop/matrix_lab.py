"""Our side of the matrix: a speaker of this process for each cell, side by side with the daemon's one process."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Family, PeerConfig, Speaker, State
from bgpkit.speaker import SessionTerms
from bgpkit.speaker.events import Event
from tests.integration.transport_lab import until
from tests.interop.matrix_neighbors import ADDRESSES, ONE, THEIR_ASN, THEIRS, THEIRS6, TWO, Neighbor
from tests.interop.matrix_other import Other
from tests.support.netns import Namespace, Namespaces
from tests.support.speakers import EVERYTHING

FAMILIES: Final = {"ipv4": IPV4_UNICAST, "ipv6": IPV6_UNICAST}
MINE, GONE, MINE6 = "10.88.1.0/24", "10.88.2.0/24", "2001:db8:88::/48"
PATIENCE: Final = 20.0


@dataclass(slots=True)
class Lab:
    """Two nodes on a switch, the daemon on one of them."""

    ours: Namespace
    other: Other

    @asynccontextmanager
    async def speaking(self, neighbor: Neighbor, **options: Any) -> AsyncGenerator[Speaker]:
        """Run the speaker at our address of ``neighbor``; this thread is in our namespace until it ends."""
        fields: dict[str, Any] = {
            "asn": neighbor.asn,
            "bgp_identifier": f"10.9.0.{neighbor.number}",
            "listen": [(neighbor.address, 179)],
        } | options
        with self.ours.entered():
            async with Speaker(**fields) as speaker:
                yield speaker

    @asynccontextmanager
    async def session(self, neighbor: Neighbor, *, restarting: bool = False, **fields: Any) -> AsyncGenerator[Speaker]:
        """Run a speaker that has the daemon as its peer, and wait until both say that the session is up."""
        async with self.speaking(neighbor, restarting=restarting) as speaker:
            await speaker.add_peer(peer(neighbor, **fields))
            if neighbor.active:
                self.other.connect(neighbor)
            await self.established(speaker, neighbor)
            yield speaker

    @contextmanager
    def killed(self, *, back_with: Iterable[str]) -> Generator[None]:
        """Kill the daemon; start it anew afterwards, with these routes of its own."""
        self.other.kill()
        try:
            yield
        finally:
            self.other.start(back_with)

    @asynccontextmanager
    async def routes_restored(self) -> AsyncGenerator[None]:
        """Give the daemon its usual routes afterwards."""
        try:
            yield
        finally:
            self.other.kill()
            self.other.start((ONE, TWO))

    async def established(self, speaker: Speaker, neighbor: Neighbor) -> None:
        """Wait until both sides say that the session is up."""
        try:
            await until(lambda: is_up(speaker, neighbor), "Established", PATIENCE)
        except AssertionError as error:
            explained = speaker.explain_peer(neighbor.theirs)
            raise AssertionError(f"{error}; {explained}\n{self.other.end(neighbor)}") from None
        await until(lambda: self.other.is_established(neighbor), f"Established, as {self.other.name} says", PATIENCE)

    async def holds(self, neighbor: Neighbor, *prefixes: str) -> None:
        """Wait until the daemon holds exactly these prefixes from us."""
        await until(
            lambda: set(self.other.held(neighbor)) == set(prefixes), f"{self.other.name} holds {prefixes}", PATIENCE
        )

    async def says(self, neighbor: Neighbor, *words: str) -> None:
        """Wait until the daemon says one of these words of the last end of the session."""
        lowered = [word.lower() for word in words]

        def said() -> bool:
            told = self.other.end(neighbor).lower()
            return any(word in told for word in lowered)

        try:
            await until(said, f"{self.other.name} says one of {words}", PATIENCE / 2)
        except AssertionError as error:
            raise AssertionError(f"{error}; it says\n{self.other.end(neighbor)}") from None


@contextmanager
def running(kind: type[Other], folder: Path) -> Generator[Lab]:
    """Run a daemon with all neighbors of the matrix in namespaces of its own."""
    namespaces = Namespaces()
    try:
        switch, ours, theirs = namespaces.segment(), namespaces.node("ours"), namespaces.node(kind.name)
        switch.attach(ours, *ADDRESSES)
        switch.attach(theirs, f"{THEIRS}/16", f"{THEIRS6}/64")
        other = kind(theirs, folder)
        other.start((ONE, TWO))
        try:
            yield Lab(ours, other)
        finally:
            other.stop()
    finally:
        namespaces.close()


def peer(neighbor: Neighbor, **fields: Any) -> PeerConfig:
    """Return the daemon as a peer that takes and is sent everything."""
    usual: dict[str, Any] = {
        "address": neighbor.theirs,
        "local_address": neighbor.address,
        "asn": THEIR_ASN,
        "passive": neighbor.active,
        "families": tuple(FAMILIES[name] for name in neighbor.families),
        "import_policy": EVERYTHING,
        "export_policy": EVERYTHING,
        "connect_retry_time": 0.5,
        "idle_hold_time": 0.2,
        "damp_oscillations": False,
    }
    return PeerConfig(**(usual | fields))


def is_up(speaker: Speaker, neighbor: Neighbor) -> bool:
    """Tell whether we say that the session is up."""
    return any(each.address == neighbor.theirs and each.state is State.ESTABLISHED for each in speaker.peers())


def terms_of(speaker: Speaker, neighbor: Neighbor) -> SessionTerms:
    """Return what the session has agreed on."""
    terms = speaker.explain_peer(neighbor.theirs).terms
    assert terms is not None
    return terms


def received(speaker: Speaker, neighbor: Neighbor, family: Family = IPV4_UNICAST) -> set[str]:
    """Return the prefixes that we hold from the daemon, but for our own that it tells us again."""
    routes = speaker.routes(family, peer=neighbor.theirs)
    return {str(route.prefix) for route in routes if str(neighbor.asn) not in str(route.attributes.as_path)}


async def hears(speaker: Speaker, neighbor: Neighbor, *prefixes: str, family: Family = IPV4_UNICAST) -> None:
    """Wait until we hold exactly these prefixes from the daemon."""
    await until(lambda: received(speaker, neighbor, family) == set(prefixes), f"we hold {prefixes}", PATIENCE)


@asynccontextmanager
async def listening(speaker: Speaker) -> AsyncGenerator[Callable[[type[Event]], list[Any]]]:
    """Keep the events that the speaker tells; a function gives those of a kind."""
    kept: list[Event] = []
    take = kept.append  # each at once: they are looked at while more come
    subscription = speaker.events()

    async def keep() -> None:
        async for event in subscription:
            take(event)

    task = asyncio.ensure_future(keep())
    try:
        yield lambda kind: [event for event in kept if isinstance(event, kind)]
    finally:
        subscription.close()
        await task
