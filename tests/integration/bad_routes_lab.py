"""A reflector with a client that sends what it should not, a good one, and one that reads."""

from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from structlog.typing import EventDict

from bgpkit import PeerConfig, Speaker, State
from tests.support import octets
from tests.support.scripted_peer import PATIENCE, ScriptedPeer, eventually
from tests.support.speakers import ASN, OURS, THEIRS, THIRD, scripted, speaker_at, state

READER: Final = "127.0.0.4"


class Lab:
    """The reflector and the sessions of the three."""

    def __init__(self, speaker: Speaker, bad: ScriptedPeer, good: ScriptedPeer, reader: ScriptedPeer) -> None:
        """Take the sessions, which are up."""
        self.speaker, self.bad, self.good, self.reader = speaker, bad, good, reader
        self._steady = 0
        self.heard: dict[str, octets.HeardUpdate] = {}
        """What the reader has been announced, and not withdrawn."""

    async def undisturbed(self, *addresses: str) -> None:
        """See that a new route of the good client still reaches the reader, and that all sessions are up, or those."""
        self._steady += 1
        prefix = f"198.18.{self._steady}.0/24"
        await self.good.send(octets.update(octets.attributes(1, local_pref=100), prefix))
        while prefix not in self.heard:
            update = await self.reader.update()
            self.heard.update(dict.fromkeys(update.announced, update))
            for gone in update.withdrawn:
                self.heard.pop(gone, None)
        assert {state(self.speaker, address) for address in addresses or (THEIRS, THIRD, READER)} == {State.ESTABLISHED}

    def reasons(self) -> dict[str, str]:
        """Return why routes of the bad client may not be chosen, or nothing for those that may."""
        return {str(route.prefix): route.path.reason for route in self.speaker.routes(peer=THEIRS)}

    def arrived(self) -> set[str]:
        """Return what the reader has of the bad client's."""
        return {prefix for prefix in self.heard if not prefix.startswith("198.18.")}

    async def received(self, count: int) -> None:
        """Wait until so many routes of the bad client are there, by its counter and by a count."""
        await eventually(lambda: self.counter() == count, f"{count} routes of the bad client", PATIENCE)
        assert len(list(self.speaker.routes(peer=THEIRS))) == count

    def counter(self) -> int:
        """Return how many routes of the bad client there are, as its status says."""
        return next(peer.prefixes_received for peer in self.speaker.peers() if peer.address == THEIRS)


def client(address: str, **fields: Any) -> PeerConfig:
    """Return the configuration of a client; ``fields`` make it another."""
    terms: dict[str, Any] = {"asn": ASN, "route_reflector_client": True} | fields
    return PeerConfig(address=address, passive=True, **terms)


@asynccontextmanager
async def laboratory(*capabilities: bytes, bad: Mapping[str, Any] | None = None, **options: Any) -> AsyncGenerator[Lab]:
    """Bring it all up; ``bad`` is of the bad client's configuration, ``options`` of the speaker."""
    terms = dict(bad or {})
    async with AsyncExitStack() as stack:
        speaker = await stack.enter_async_context(speaker_at(OURS, **options))
        for config in (client(THEIRS, **terms), client(THIRD), client(READER)):
            await speaker.add_peer(config)
        sessions = [
            await scripted(speaker, *capabilities, address=THEIRS, asn=terms.get("asn", ASN)),
            await scripted(speaker, address=THIRD),
            await scripted(speaker, address=READER),
        ]
        for session in sessions:
            await stack.enter_async_context(session)
        lab = Lab(speaker, *sessions)
        await lab.undisturbed()
        yield lab


def said(logs: Iterable[EventDict], event: str) -> list[str]:
    """Return the reasons that were logged with an event."""
    return [log["reason"] for log in logs if log["event"] == event]


def block(**fields: Any) -> bytes:
    """Return attributes as an internal peer sends them."""
    return octets.attributes(*fields.pop("path", (1,)), local_pref=100, **fields)
