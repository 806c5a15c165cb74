"""What an agent answers when it is asked why a session is not up."""

import asyncio
from collections.abc import Mapping
from typing import Final

from bgpkit import Obstacle, PeerConfig, PeerExplanation, State
from bgpkit_node.diagnosis import Probe, probe
from bgpkit_node.running import Serving, state_word

_UNDECIDED: Final = frozenset(
    {Obstacle.NOT_TRIED, Obstacle.CONNECTING, Obstacle.HANDSHAKE, Obstacle.NOBODY_CONNECTED, Obstacle.COLLISION}
)
"""What an attempt that is under way may still explain better."""
_PROBED: Final = _UNDECIDED - {Obstacle.HANDSHAKE} | {
    Obstacle.CONNECTION_REFUSED,
    Obstacle.NO_ANSWER,
    Obstacle.NO_ROUTE,
    Obstacle.LOCAL_FAULT,
    Obstacle.CONNECTION_CLOSED,
    Obstacle.CONNECTION_LOST,
    Obstacle.HOLD_TIMER_EXPIRED,
    Obstacle.KEY_MISMATCH,
}
"""What a look at the peer's TCP port says more of."""
_PAUSE: Final = 0.1
_PATIENCE: Final = 2.5
_PROBE_PATIENCE: Final = 2.0


class PeerAnswers:
    """Answers for the sessions of one speaker."""

    def __init__(self, node: str, serving: Serving, *, speaks_bgp: bool = True, patience: float = _PATIENCE) -> None:
        """Answer for ``node``; an attempt that is under way is waited for, for ``patience`` seconds."""
        self._node = node
        self._serving = serving
        self._speaks_bgp = speaks_bgp
        self._patience = patience

    async def peer(self, request: Mapping[str, object]) -> dict[str, object]:
        """Tell in a sentence why the session with the peer at ``address`` is as it is, and what to do.

        Where that is a matter of the connection, the peer's TCP port is tried, too.
        """
        speaker = self._serving.speaker
        address = str(request.get("address", ""))
        known = [peer.address for peer in speaker.peers()]
        if address not in known:
            told = {"node": self._node, "address": address, "known": False}
            return {**told, "speaks_bgp": self._speaks_bgp, "peers": known}
        config = speaker.peer_config(address)
        why = await self._decided(address)
        tried = None if why.obstacle not in _PROBED else await self._probe(config)
        peering = self._serving.peerings.get(address)
        return {
            "node": self._node,
            "address": address,
            "known": True,
            "established": why.state is State.ESTABLISHED,
            "state": state_word(why.state),
            "obstacle": why.obstacle.name,
            "sentence": why.sentence,
            "advice": why.advice,
            "probe": "" if tried is None else tried.sentence,
            "details": str(why).splitlines(),
            "peer_node": "" if peering is None else peering.node,
            "asked_for_by": "" if peering is None else peering.resource or "nodeToNodeMeshEnabled",
        }

    async def _decided(self, address: str) -> PeerExplanation:
        """Return why, as soon as an attempt has told it."""
        speaker = self._serving.speaker
        end = asyncio.get_running_loop().time() + self._patience
        why = speaker.explain_peer(address)
        while why.obstacle in _UNDECIDED and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(_PAUSE)
            if address not in {peer.address for peer in speaker.peers()}:
                break
            why = speaker.explain_peer(address)
        return why

    async def _probe(self, config: PeerConfig) -> Probe | None:
        """Try the peer's port, unless only signed segments are answered there."""
        if config.transport.md5_key is not None or config.transport.ao_keys:
            return None
        local = None if config.local_address is None else str(config.local_address)
        return await probe(config.address, config.port, local=local, seconds=min(_PROBE_PATIENCE, self._patience))
