"""What BIRD's clients know as protocols: static, kernel and device, and one for each session."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from ipaddress import ip_address
from typing import Final

from bgpkit import PeerConfig, PeerExplanation, PeerStatus, State
from bgpkit_node.bird_socket.names import protocol_name
from bgpkit_node.running import RunningNode, Serving, state_word

STATIC: Final = "static1"
KERNEL: Final = "kernel1"
DEVICE: Final = "device1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A BGP session."""

    status: PeerStatus
    config: PeerConfig
    why: PeerExplanation
    local_asn: int

    @property
    def internal(self) -> bool:
        """Whether the peer is of our own AS."""
        return self.config.asn == self.local_asn


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One protocol of BIRD's."""

    name: str
    kind: str
    """``BGP``, ``Static``, ``Kernel`` or ``Device``."""
    up: bool
    since: datetime
    info: str = ""
    session: Session | None = None
    """Only of BGP."""


def instances(node: RunningNode, versions: tuple[int, ...]) -> tuple[Instance, ...]:
    """Return all protocols, last the sessions with peers of these IP ``versions``, by address."""
    serving = node.serving
    own = tuple(
        Instance(name=name, kind=kind, up=serving is not None, since=node.started)
        for name, kind in ((STATIC, "Static"), (KERNEL, "Kernel"), (DEVICE, "Device"))
    )
    return own if serving is None else (*own, *_sessions(serving, versions))


def named(found: tuple[Instance, ...], name: str) -> Instance | None:
    """Return the one called ``name``."""
    return next((instance for instance in found if instance.name == name), None)


def matching(found: tuple[Instance, ...], pattern: str) -> tuple[Instance, ...]:
    """Return those whose name ``pattern`` matches, in which ``*`` and ``?`` stand for anything."""
    return tuple(instance for instance in found if fnmatchcase(instance.name, pattern))


def _sessions(serving: Serving, versions: tuple[int, ...]) -> Iterator[Instance]:
    peerings = serving.peerings
    for status in sorted(serving.speaker.peers(), key=_place):
        if _place(status)[0] not in versions:
            continue
        config = serving.speaker.peer_config(status.address)
        why = serving.speaker.explain_peer(status.address)
        up = status.state is State.ESTABLISHED
        yield Instance(
            name=protocol_name(status.address, peerings.get(status.address)),
            kind="BGP",
            up=up,
            since=status.since,
            info=f"{session_state(status, config):<14}{'' if up else last_error(why)}",
            session=Session(status=status, config=config, why=why, local_asn=serving.speaker.asn),
        )


def _place(status: PeerStatus) -> tuple[int, bytes]:
    address = ip_address(status.address.partition("%")[0])
    return address.version, address.packed


def session_state(status: PeerStatus, config: PeerConfig) -> str:
    """Return the state of a session; one that waits for the peer to connect is Passive."""
    return "Passive" if config.passive and status.state is State.ACTIVE else state_word(status.state)


def last_error(why: PeerExplanation) -> str:
    """Return how the last session or attempt ended, behind the word by which BIRD tells whose error it was."""
    if not why.ends:
        return ""
    end = why.ends[0].end
    if end.received is not None:
        return f"Received: {end.received.name.rpartition(' / ')[2]}"
    if end.sent is not None:
        return f"BGP Error: {end.sent.name.rpartition(' / ')[2]}"
    return f"Socket: {end.text}"
