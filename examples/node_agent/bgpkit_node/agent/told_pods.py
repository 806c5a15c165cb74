"""What the controllers tell of this node's pods, kept in memory, so that an ADD knows its pod without asking anyone."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.beside import beside
from bgpkit_node.cni.pod_facts import COPYING, PodFacts, pod_of, pods_on, read_facts
from bgpkit_node.datastore import Datastore, KeyValue
from bgpkit_node.datastore.known_keys import KnownKeys
from bgpkit_node.running import Outages
from bgpkit_node.running.through_outages import through_outages

PATIENCE: Final = 2.0
"""Seconds that an ADD waits for what is not known of its pod yet, while controllers run."""
_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.pods")


class ToldPods:
    """Knows the pods of one node as far as controllers have told them, and whether there are any controllers."""

    def __init__(self, node: str, datastore: Datastore, outages: Outages) -> None:
        """Know nothing yet; ``node`` is its name in Kubernetes."""
        self._pods = KnownKeys(datastore, pods_on(node))
        self._copying = KnownKeys(datastore, COPYING)
        self._outages = outages
        self._unread = {"pods", "controllers"}
        self._facts: dict[str, PodFacts] = {}
        self._news = asyncio.Event()

    async def facts(self, pod: str, uid: str) -> PodFacts | None:
        """Return what Kubernetes has of ``pod``, a ``namespace/name``; None when nobody tells.

        Where ``uid`` is not empty the pod must have it: one of the same name may have been there before. While
        controllers run, what is not known yet is waited for, :data:`PATIENCE` seconds at most.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    news, found = self._news, self._known(pod, uid)
                    if found is not None or not (self._unread or self._copying.values):
                        return found
                    await news.wait()
        except TimeoutError:
            doing = "the pod starts without its labels: policies select it by its namespace until they are copied"
            reason = f"the controllers have not told of it within {PATIENCE:g} s: are they running?"
            _log.warning("pod.not_told", pod=pod, uid=uid, reason=reason, doing=doing)
            return None

    async def follow_pods(self) -> None:
        """Follow what is told of the pods."""
        async for _, changed in through_outages("pods", self._pods.changes, self._outages):
            for key in changed:
                self._take(key, self._pods.values)
            self._ring("pods")

    async def follow_controllers(self) -> None:
        """Follow whether controllers run."""
        async for _ in through_outages("controllers", self._copying.changes, self._outages):
            self._ring("controllers")

    def _known(self, pod: str, uid: str) -> PodFacts | None:
        found = self._facts.get(pod)
        return found if found is not None and uid in {"", found.uid} else None

    def _take(self, key: str, values: Mapping[str, KeyValue]) -> None:
        self._facts.pop(pod_of(key), None)
        if key in values:
            try:
                self._facts[pod_of(key)] = read_facts(values[key].value)
            except ValueError as error:
                _log.warning("pod.unreadable", key=key, reason=str(error))

    def _ring(self, read: str) -> None:
        self._unread.discard(read)
        self._news.set()
        self._news = asyncio.Event()


@asynccontextmanager
async def told_pods(node: str, datastore: Datastore, outages: Outages) -> AsyncGenerator[ToldPods, None]:
    """Know the pods of a node while the context lasts."""
    told = ToldPods(node, datastore, outages)
    async with beside(told.follow_pods(), told.follow_controllers()):
        yield told
