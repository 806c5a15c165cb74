"""The speaker's end of ``bgpkit bfd``: a liveness detector whose sessions outlive the speaker."""

import asyncio
import itertools
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog

from bgpkit.bfd.errors import BfdError
from bgpkit.bfd.words import LONGEST_LINE, Words, line_of, liveness_of, plain_path, words_of
from bgpkit.speaker import BfdOptions, Liveness, LivenessState, MonitoredPath

RETRY_SECONDS: Final = 1.0
"""Between two attempts to reach ``bgpkit bfd``."""
FIRST_ANSWER_SECONDS: Final = 2.0
"""How long a start waits for ``bgpkit bfd``, at most."""


class RemoteWatch:
    """One path that ``bgpkit bfd`` watches for us."""

    def __init__(
        self, client: "BfdClient", number: int, path: MonitoredPath, changed: Callable[[Liveness], None]
    ) -> None:
        """Call ``changed`` when the liveness of ``path`` changes."""
        self._client = client
        self.number = number
        self.path = path
        self.changed = changed
        self.liveness = Liveness(state=LivenessState.UNKNOWN, reason="bgpkit bfd has not answered yet")
        """What is known of the path now."""
        self.before = self.liveness
        """What was known when the connection broke."""

    def change(self, options: BfdOptions) -> None:
        """Watch by other options from now on."""
        self.path = MonitoredPath(remote=self.path.remote, local=self.path.local, options=options)
        self._client.tell_watch(self)

    def release(self, *, keep: bool) -> None:
        """Call back no more; with ``keep`` the session goes on for whoever comes back in time."""
        self._client.release(self, keep=keep)

    def learn(self, liveness: Liveness) -> None:
        """Take note of what is known now, and pass it on if that is news."""
        if liveness != self.liveness:
            self.liveness = liveness
            self.changed(liveness)


class BfdClient:
    """Watches paths through ``bgpkit bfd`` at a socket; a ``LivenessDetector``, and a context manager.

    While ``bgpkit bfd`` cannot be reached nothing is known of any path: sessions that are up stay so, those of strict
    peers wait, and it is tried again.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        retry_seconds: float = RETRY_SECONDS,
        first_answer_seconds: float = FIRST_ANSWER_SECONDS,
    ) -> None:
        """Describe a client of the ``bgpkit bfd`` at the socket ``path``; a start waits for its first answer."""
        self._path = Path(path)
        self._retry_seconds = retry_seconds
        self._first_answer_seconds = first_answer_seconds
        self._watches: dict[int, RemoteWatch] = {}
        self._numbers = itertools.count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None
        self._instance = ""
        self._hello = asyncio.Event()
        self._told_unreachable = False
        self._log = structlog.get_logger("bgpkit.bfd").bind(socket=os.fspath(self._path))

    @property
    def connected(self) -> bool:
        """Whether ``bgpkit bfd`` answers."""
        return self._writer is not None and self._hello.is_set()

    async def __aenter__(self) -> Self:
        """Connect; when nobody is there after two seconds, go on trying."""
        self._task = asyncio.create_task(self._run(), name="bgpkit bfd client")
        with suppress(TimeoutError):
            async with asyncio.timeout(self._first_answer_seconds):
                await self._hello.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Hang up; sessions that were not released go on for whoever comes back in time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            self._task = None

    def watch(self, path: MonitoredPath, changed: Callable[[Liveness], None]) -> RemoteWatch:
        """Watch ``path`` and call ``changed`` at every change."""
        made = RemoteWatch(self, next(self._numbers), path, changed)
        self._watches[made.number] = made
        self.tell_watch(made)
        return made

    def tell_watch(self, watch: RemoteWatch) -> None:
        """Ask for a path to be watched, if anybody is there to be asked."""
        self._say({"do": "watch", "watch": watch.number, "path": plain_path(watch.path)})

    def release(self, watch: RemoteWatch, *, keep: bool) -> None:
        """Forget a watch; unless it is to be kept, say so."""
        if self._watches.pop(watch.number, None) is not None and not keep:
            self._say({"do": "release", "watch": watch.number})

    def _say(self, words: Words) -> None:
        if self._writer is not None:
            self._writer.write(line_of(words))

    async def _run(self) -> None:
        while True:
            try:
                await self._converse()
                reason = "it has hung up"
            except (OSError, BfdError, ValueError) as error:
                reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
            self._lost(reason)
            await asyncio.sleep(self._retry_seconds)

    async def _converse(self) -> None:
        reader, writer = await asyncio.open_unix_connection(os.fspath(self._path), limit=LONGEST_LINE)
        self._writer = writer
        try:
            for watch in self._watches.values():
                self.tell_watch(watch)
            while line := await reader.readline():
                self._hear(words_of(line))
        finally:
            self._writer = None
            writer.close()

    def _hear(self, words: Words) -> None:
        match words:
            case {"say": "hello", "instance": str(instance)}:
                self._greeted(instance)
            case {"say": "liveness", "watch": int(number), "liveness": plain}:
                self._learned(number, liveness_of(plain))
            case {"say": "refused", "watch": int(number), "reason": str(reason)}:
                self._log.error("bfd.refused", reason=reason)
                self._learned(number, Liveness(state=LivenessState.UNKNOWN, reason=reason))
            case _:
                raise BfdError(f"it says what is not known: {words.get('say')!r}; is it of another version?")

    def _greeted(self, instance: str) -> None:
        """Take note of who is there: one that was started anew has failed nobody's path."""
        if instance != self._instance:
            for watch in self._watches.values():
                watch.before = watch.liveness
        self._instance = instance
        self._told_unreachable = False
        self._hello.set()
        self._log.info("bfd.connected")

    def _learned(self, number: int, liveness: Liveness) -> None:
        watch = self._watches.get(number)
        if watch is None:
            return
        before, watch.before = watch.before, liveness
        if before.state is LivenessState.UP and watch.liveness.state is LivenessState.UNKNOWN:
            watch.learn(before)  # what went down while nobody could tell us went down from there
        watch.learn(liveness)

    def _lost(self, reason: str) -> None:
        self._hello.clear()
        if not self._told_unreachable:
            self._told_unreachable = True
            self._log.warning("bfd.unreachable", reason=reason)
        unknown = Liveness(
            state=LivenessState.UNKNOWN, reason=f"bgpkit bfd at {self._path} cannot be reached: {reason}"
        )
        for watch in self._watches.values():
            watch.learn(unknown)
