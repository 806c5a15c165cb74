"""Following one kind of Kubernetes for ever: a whole list, then what changes, through all that can go wrong."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from http import HTTPStatus
from typing import Any, Final, Protocol

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.controllers.copier import Copier
from bgpkit_node.controllers.tally import Tally
from bgpkit_node.errors import KubernetesError
from bgpkit_node.kubernetes import ApiEvent, ApiObject, WatchedKind
from bgpkit_node.running.through_outages import pauses

_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.controllers")
_ABSENT: Final = 60.0
"""Seconds after which a kind that was not there is looked for again."""
_BRIEF: Final = 1.0
"""A watch that ends sooner ends for a reason: the next one waits."""


class Reader(Protocol):
    """What following asks of the API (``bgpkit_node.kubernetes.KubernetesApi``)."""

    def pages(self, kind: WatchedKind) -> AsyncGenerator[tuple[list[ApiObject], str], None]:
        """Yield all objects of a kind, some at a time, each with the resourceVersion of the whole list."""
        ...

    def watch(self, kind: WatchedKind, version: str) -> AsyncGenerator[ApiEvent, None]:
        """Yield what changes after ``version``. Both raise KubernetesError."""
        ...


async def follow(api: Reader, copier: Copier[Any, Any], changed: Callable[[set[str]], None], tally: Tally) -> None:
    """Let ``copier`` know all objects of its kind, and ``changed`` the names of those to settle.

    A watch that breaks goes on where it was; one whose changes are not kept any more (410) begins with a list. While
    the API does not answer, what is known stays.
    """
    follower = _Follower(api, copier, changed, tally)
    while True:
        try:
            pause = await follower.go_on()
        except KubernetesError as error:
            pause = follower.fails(error)
        await asyncio.sleep(pause)


class _Follower:
    def __init__(
        self, api: Reader, copier: Copier[Any, Any], changed: Callable[[set[str]], None], tally: Tally
    ) -> None:
        self._api = api
        self._copier = copier
        self._changed = changed
        self._tally = tally
        self._waits = pauses()
        self._version = ""
        """The resourceVersion that all is known up to; empty: a list comes first."""
        self._expired = 0
        """Times in a row that changes were not kept. With two, only lists tell anything: what is between is missed."""

    async def go_on(self) -> float:
        """List if need be, then watch until that ends; return how long to wait then."""
        if not self._version:
            await self._list()
        loop, kind = asyncio.get_running_loop(), self._copier.watched
        began, version = loop.time(), self._version
        async with aclosing(self._api.watch(kind, version)) as events:
            async for event in events:
                self._version = event.version or self._version
                if not event.bookmark:
                    self._take(self._copier.take(event.object, gone=event.gone))
                self._goes_well()
        if loop.time() - began < _BRIEF and self._version == version:
            return next(self._waits)
        self._goes_well()
        return 0.0

    def fails(self, error: KubernetesError) -> float:
        """Take in an error; return how long to wait."""
        kind = self._copier.watched
        if error.status == HTTPStatus.GONE:
            _log.info("kubernetes.relisted", kind=kind.title, reason=str(error))
            self._version = ""
            self._expired += 1
            if self._is_deaf:
                self._tally.kubernetes.began(kind.title, error)
        elif error.status == HTTPStatus.NOT_FOUND and kind.optional:
            self._tally.kubernetes.over(kind.title)
            self._version = ""
            return _ABSENT
        else:
            self._tally.kubernetes.began(kind.title, error)
        return next(self._waits)

    @property
    def _is_deaf(self) -> bool:
        return self._expired > 1

    def _goes_well(self) -> None:
        self._expired = 0
        self._waits = pauses()
        self._tally.kubernetes.over(self._copier.watched.title)

    async def _list(self) -> None:
        found: dict[str, Any] = {}
        version = ""
        async with aclosing(self._api.pages(self._copier.watched)) as pages:
            async for objects, told in pages:
                found |= self._copier.read_all(objects)
                version = told
        title = self._copier.watched.title
        self._tally.unknown.discard(title)
        if not self._is_deaf:
            self._tally.kubernetes.over(title)
        self._take(self._copier.take_whole(found))
        self._version = version

    def _take(self, names: set[str]) -> None:
        self._tally.objects[self._copier.watched.title] = len(self._copier.seen)
        self._changed(names)
