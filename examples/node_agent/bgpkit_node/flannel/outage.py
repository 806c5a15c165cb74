"""How long pods are away while they change networks: pinged from their node, at the old address, then the new one."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self, TypeAlias

from bgpkit_node.demo.pinger import Pinger
from bgpkit_node.errors import NodeError
from bgpkit_node.flannel.remains import Pod

_INTERVAL: Final = 0.01
_LATE: Final = 1.0
"""Seconds after which a reply is not waited for any more."""
_V4: Final = 4

PodName: TypeAlias = tuple[str, str]
"""Namespace and name."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What was measured of one pod; ``seconds`` is None when it was not, or the pod is still away: ``said`` tells."""

    pod: Pod
    old: str
    new: str = ""
    seconds: float | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Replies:
    """When addresses answered, in monotonic seconds; those that never did are not here."""

    first: dict[str, float] = field(default_factory=dict[str, float])
    last: dict[str, float] = field(default_factory=dict[str, float])


class Answering:
    """Pings addresses from a thread of its own, 100 times a second, and keeps when each answered in ``replies``.

    A context manager: the pings end with it.
    """

    def __init__(self, addresses: Iterable[str]) -> None:
        """Start; NodeError without the right to send pings."""
        self.replies = Replies()
        self._stopping = threading.Event()
        self._pingers: tuple[Pinger, ...] = (_pinger(addresses),)
        self._thread = threading.Thread(target=self._run, name="pings", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()
        for pinger in self._pingers:
            pinger.close()

    def add(self, address: str) -> None:
        """Ping one more address; one that is pinged already stays as it is."""
        if not any(stream.target == address for pinger in self._pingers for stream in pinger.streams):
            self._pingers = (*self._pingers, _pinger([address]))

    def _run(self) -> None:
        sequence = 0
        while not self._stopping.is_set():
            sequence += 1
            for pinger in self._pingers:
                pinger.send(sequence)
                received = [stream.received for stream in pinger.streams]
                pinger.receive(time.monotonic() + _INTERVAL)
                now = time.monotonic()
                for stream, before in zip(pinger.streams, received, strict=True):
                    stream.expire(now - _LATE)
                    if stream.received > before:
                        self.replies.first.setdefault(stream.target, now)
                        self.replies.last[stream.target] = now


def _pinger(addresses: Iterable[str]) -> Pinger:
    try:
        return Pinger(list(addresses))
    except OSError as error:
        raise NodeError(f"pods cannot be pinged: {error.strerror}") from error


def pinged_address(pod: Pod) -> str:
    """Return the address at which a pod is pinged; empty when none is known."""
    return next((str(address) for address in pod.addresses if address.version == _V4), "")


def outages(
    pods: Iterable[Pod], answered: frozenset[str], replies: Replies, new: Mapping[PodName, str]
) -> tuple[Outage, ...]:
    """Return what is known by now of each pod; ``answered`` are the addresses that did before anything was removed."""
    return tuple(_outage(pod, answered, replies, new) for pod in pods)


def _outage(pod: Pod, answered: frozenset[str], replies: Replies, new: Mapping[PodName, str]) -> Outage:
    old = pinged_address(pod)
    if not old:
        return Outage(pod, old, said="not measured: no IPv4 address of it is known")
    if old not in answered:
        return Outage(pod, old, said="not measured: it did not answer pings before")
    if not pod.name:
        return Outage(pod, old, said="not measured: its name is not known, by which it would be found again")
    address = new.get((pod.namespace, pod.name), "")
    if not address:
        return Outage(pod, old, said="away: no pod of its name has been created anew")
    if address not in replies.first:
        return Outage(pod, old, address, said="away: its new address does not answer")
    return Outage(pod, old, address, max(0.0, replies.first[address] - replies.last[old]))
