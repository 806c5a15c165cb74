"""What a speaker answers at its local socket."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from importlib.metadata import version

from bgpkit.control.connection import Answerer
from bgpkit.control.error import ControlError
from bgpkit.control.merged import merged
from bgpkit.control.protocol import Words
from bgpkit.control.route_answer import family_of, routes_answer
from bgpkit.control.route_items import change_item
from bgpkit.speaker import ForwardingTable, RouteChange, SnapshotEnd, SnapshotStart, Speaker
from bgpkit.wire import Json, to_plain
from bgpkit_fsm import State
from bgpkit_rib import Prefix

Facts = Callable[[], Mapping[str, Json]]
"""What a program tells of itself beside what its speaker tells."""
Forwarding = Callable[[], ForwardingTable | None]
"""Tells which forwarding table there is to be asked for explanations, if any."""
Happenings = Callable[[], AsyncGenerator[object, None]]
"""Tells what happens in a program beside what happens to peers: frozen values, as `Speaker.events` yields them."""


class SpeakerAnswers:
    """The requests ``status``, ``peers``, ``routes``, ``explain``, ``watch`` and ``events``."""

    def __init__(
        self,
        speaker: Speaker,
        *,
        facts: Facts | None = None,
        forwarding: Forwarding | None = None,
        happenings: Happenings | None = None,
    ) -> None:
        """Answer for ``speaker``; ``facts`` are its program's, ``forwarding`` tells of the kernel's routes.

        ``happenings`` are told among the events of peers.
        """
        self._speaker = speaker
        self._facts = facts
        self._forwarding = forwarding
        self._happenings = happenings
        self._started = datetime.now(UTC)

    def answerers(self) -> Mapping[str, Answerer]:
        """Return the requests by name."""
        return {
            "status": self._status,
            "peers": self._peers,
            "routes": lambda words: routes_answer(self._speaker, words),
            "explain": self._explain,
            "watch": self._watch,
            "events": self._events,
        }

    async def _status(self, words: Words) -> AsyncGenerator[list[str], None]:
        words.only()
        speaker = self._speaker
        peers = speaker.peers()
        told: dict[str, Json] = {
            "version": version("bgpkit"),
            "asn": speaker.asn,
            "bgp_identifier": str(speaker.bgp_identifier),
            "listen": [_endpoint(*each) for each in speaker.addresses],
            "started": self._started.isoformat(timespec="seconds"),
            "peers": len(peers),
            "peers_established": sum(peer.state is State.ESTABLISHED for peer in peers),
            "routes": {str(family): speaker.size(family) for family in speaker.families},
        }
        yield [json.dumps({**told, **({} if self._facts is None else self._facts())})]

    async def _peers(self, words: Words) -> AsyncGenerator[list[str], None]:
        asked = words.only("peer").text("peer")
        peers = self._speaker.peers()
        if asked:
            address = self._speaker.peer_config(asked).address
            peers = tuple(peer for peer in peers if peer.address == address)
        yield [json.dumps(to_plain(peer)) for peer in peers]

    async def _explain(self, words: Words) -> AsyncGenerator[list[str], None]:
        """Explain a destination, or without one why a peer is not Established."""
        words.only("prefix", "peer", "family")
        prefix, peer = words.text("prefix"), words.text("peer")
        if not prefix and not peer:
            raise ControlError("name a prefix, a peer or both")
        if prefix:
            fib = None if self._forwarding is None else self._forwarding()
            family = family_of(words, (Prefix.parse(prefix),))
            explanation: object = self._speaker.explain(prefix, peer or None, family=family, fib=fib)
        else:
            explanation = self._speaker.explain_peer(peer)
        yield [json.dumps({"text": str(explanation), "explanation": to_plain(explanation)})]

    async def _watch(self, words: Words) -> AsyncGenerator[list[str], None]:
        """Tell the best routes, then every change; with ``news`` only the changes."""
        words.only("family", "prefixes", "news")
        prefixes = tuple(map(Prefix.parse, words.texts("prefixes")))
        if len({prefix.width for prefix in prefixes}) > 1:
            raise ControlError("prefixes of IPv4 and of IPv6 are of two families; watch them one by one")
        telling = not words.flag("news")
        async with aclosing(self._speaker.watch_events(family_of(words, prefixes), prefixes=prefixes)) as events:
            async for event in events:
                match event:
                    case RouteChange():
                        if telling:
                            yield [change_item(event)]
                    case SnapshotStart():
                        yield [json.dumps({"event": "snapshot-start"})]
                    case SnapshotEnd():
                        telling = True
                        yield [json.dumps({"event": "snapshot-end"})]
                    case _:
                        yield [json.dumps({"event": "lagged", "keys": event.keys})]

    async def _events(self, words: Words) -> AsyncGenerator[list[str], None]:
        """Tell what happens to peers, and beside them, from now on."""
        words.only()
        peers = self._of_peers()
        every = peers if self._happenings is None else merged(peers, _timed(self._happenings()))
        async with aclosing(every) as events:
            async for event in events:
                yield [json.dumps(event)]

    async def _of_peers(self) -> AsyncGenerator[Json, None]:
        async with self._speaker.events() as events:
            async for event in events:
                yield to_plain(event)


async def _timed(happenings: AsyncGenerator[object, None]) -> AsyncGenerator[Json, None]:
    """Yield what happens, with the time, which events of peers have themselves."""
    async with aclosing(happenings) as events:
        async for event in events:
            told = to_plain(event)
            yield {**told, "at": datetime.now(UTC).isoformat()} if isinstance(told, dict) else told


def _endpoint(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
