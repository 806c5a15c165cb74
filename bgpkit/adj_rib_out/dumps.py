"""The dumps of an update group: waiting for their start, under way, or put off until members have room."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from bgpkit.adj_rib_out.chunk import Chunk
from bgpkit.adj_rib_out.dump import Dump
from bgpkit.adj_rib_out.marker import Marker, encode_marker
from bgpkit.adj_rib_out.member import Member
from bgpkit.adj_rib_out.scheduler import Scheduler
from bgpkit.adj_rib_out.stream import Stream
from bgpkit.adj_rib_out.writer import Told, Writer
from bgpkit_rib import Entry, Source

SLICE_MAXIMUM: Final = 2000
"""Keys of a step, at most."""
SLICE_MINIMUM: Final = 50
_STEP_SECONDS: Final = 0.005
_REST_FACTOR: Final = 4
_REST_MAXIMUM: Final = 0.05
"""Seconds."""


class Dumps:
    """Who is sent the table. Members that come while a dump is under way wait and share the next one.

    So a thousand members that come one after the other cost not a thousand dumps: after each one there is a rest,
    in proportion to what it cost. A dump goes on as fast as its fastest member takes it.
    """

    def __init__(
        self, stream: Stream, writer: Writer, told: Told, scheduler: Scheduler, ask: Callable[[], None]
    ) -> None:
        """Write what ``writer`` makes of entries as ``told`` into ``stream``; ``ask`` asks for a `turn`."""
        self.behind: list[Dump] = []
        """Those whose members have left the log, and do not take octets."""
        self.moving: list[Dump] = []
        """Those whose members were in another group before."""
        self._waiting: dict[object, Dump] = {}
        self._running: deque[Dump] = deque()
        self._of: dict[Source, Dump] = {}
        self._stream = stream
        self._writer = writer
        self._told = told
        self._scheduler = scheduler
        self._ask = ask
        self._slice = SLICE_MAXIMUM
        self._start_at = 0.0
        self._resting = False

    def of(self, member: Source) -> Dump | None:
        """Return the dump that ``member`` is in, if it is not done."""
        return self._of.get(member)

    def enlist(
        self,
        member: Member,
        keys: list[bytes] | None,
        previous: Writer | None = None,
        *,
        owed: Marker = Marker.NONE,
        apart: bool = False,
    ) -> Dump:
        """Let ``member`` wait for a dump with others of its like, or ``apart`` from them; see `Dump`."""
        like: object = object() if apart else (previous, owed, member.limit is not None)
        dump = self._waiting.get(like)
        if dump is None:
            dump = self._waiting[like] = Dump(keys, previous, owed=owed)
        self._put(member, dump)
        self._look_for_moves()
        return dump

    def remove(self, member: Source) -> None:
        """Forget a member, and its dump when that was the last."""
        dump = self._of.pop(member, None)
        if dump is not None:
            del dump.members[member]
            if not dump.members:
                self._drop(dump)

    def told(self, keys: list[bytes], old: Entry | None) -> None:
        """Take note of a change of ``keys`` that members are told of, whose entry was ``old`` before."""
        for dump in self.moving:
            dump.mark(keys, old)

    def passed_by(self, chunk: Chunk) -> None:
        """Take note of a chunk of the log, which those whose members have left it miss."""
        for dump in self.behind:
            chunk.mark(dump.dirty)

    def put_off(self, laggards: Iterable[Member]) -> None:
        """Take ``laggards`` out of the log; what they miss is kept as keys, shared by those of one dump."""
        later: dict[tuple[Dump | None, Marker], tuple[Dump, set[int]]] = {}
        for member in laggards:
            former = self._of.get(member.source)
            owed = self._stream.unsent_markers(member) | (Marker.NONE if former is None else former.owed)
            if former is not None and former not in self._running:  # it follows, and waits to be sent all again
                member.refresh_wanted |= former.keys is None
                former = None
            owed = member.still_owed(owed)
            like = (former, owed)
            if like not in later:
                later[like] = Dump([]) if former is None else former.remainder(), set()
                later[like][0].owed = owed
                self.behind.append(later[like][0])
            dump, marked = later[like]
            self._stream.detach(member, dump.dirty, marked)
            self.remove(member.source)
            self._put(member, dump)
        if later:
            self._look_for_moves()

    def resume(self, dump: Dump) -> None:
        """Let a dump run that had been put off: one of its members has room."""
        self.behind.remove(dump)
        self._run(dump)

    def has_more(self, *, counted: bool) -> bool:
        """Tell whether a `turn` would do something."""
        return any(map(self._has_room, self._running)) or (
            not self._resting and self._startable(counted=counted) is not None
        )

    def turn(self, all_keys: Callable[[Iterable[bytes]], list[bytes]], *, counted: bool) -> None:
        """Do one step of one dump, or start one, which takes ``all_keys``, and further ones given.

        What members with a limit wait for starts only when their routes have been ``counted``.
        """
        dump = next(filter(self._has_room, self._running), None)
        if dump is None:
            like = self._startable(counted=counted)
            if like is None or self._must_rest():
                return
            dump = self._waiting.pop(like)
            if dump.keys is None:
                own = () if dump.previous is None else dump.previous.export.own
                dump.keys = all_keys(own)
            self._run(dump)
        self._running.rotate(-1)
        self._step(dump)

    def _startable(self, *, counted: bool) -> object | None:
        """Return the place of a dump that waits for nothing but its turn."""
        for like, dump in self._waiting.items():
            members = dump.members.values()
            if any(member.port.writable for member in members) and (
                counted or all(member.limit is None for member in members)
            ):
                return like
        return None

    def _must_rest(self) -> bool:
        """Tell whether it is too early to start another dump; if so, ask to be called again."""
        rest = self._start_at - self._scheduler.time()
        if rest > 0 and not self._resting:
            self._resting = True
            self._scheduler.call_later(rest, self._rested)
        return self._resting

    def _rested(self) -> None:
        self._resting = False
        self._ask()

    def _has_room(self, dump: Dump) -> bool:
        return any(map(self._stream.has_room, dump.members.values()))

    def _run(self, dump: Dump) -> None:
        self._running.append(dump)
        for member in dump.members.values():
            self._stream.attach(member)

    def _step(self, dump: Dump) -> None:
        started = self._scheduler.time()
        building, family = self._stream.building, self._writer.export.key.family
        markers = dump.owed & Marker.BEGINNING
        if markers:
            building.add(encode_marker(markers, family), None)
        keys = dump.take(self._slice)
        if keys:
            self._writer.dump(building, keys, self._told, dump.previous)
        if not dump.sweeping:
            for held, dirty in dump.take_dirty(max(1, self._slice - len(keys))).items():
                self._writer.restate(building, dirty, self._told, held)
        ends = dump.owed & ~Marker.BEGINNING
        if ends and not dump.sweeping and not dump.dirty:
            building.add(encode_marker(ends, family), None)
            markers |= ends
        dump.owed &= ~markers
        chunk = self._stream.close(dump.members)
        if chunk is not None:
            chunk.markers = markers
        self._measure(started)
        if dump.done:
            self._finish(dump)

    def _measure(self, started: float) -> None:
        """Choose how much to do in a step, and how long to rest, by what the last one took."""
        now = self._scheduler.time()
        elapsed = now - started
        if elapsed > _STEP_SECONDS:
            self._slice = max(SLICE_MINIMUM, self._slice // 2)
        elif elapsed < _STEP_SECONDS / 3:
            self._slice = min(SLICE_MAXIMUM, self._slice * 2)
        self._start_at = now + min(_REST_FACTOR * elapsed, _REST_MAXIMUM)

    def _finish(self, dump: Dump) -> None:
        self._drop(dump)
        for source, member in dump.members.items():
            del self._of[source]
            if member.end_of_rib_wanted:  # it comes before a refresh (RFC 7313, section 4)
                member.end_of_rib_wanted = False
                self.enlist(member, [], owed=Marker.END_OF_RIB)
            elif member.refresh_wanted:
                member.refresh_wanted = False
                self.enlist(member, None, owed=member.refresh_markers)

    def _put(self, member: Member, dump: Dump) -> None:
        dump.members[member.source] = member
        self._of[member.source] = dump

    def _drop(self, dump: Dump) -> None:
        for place in (self._running, self.behind):
            if dump in place:
                place.remove(dump)
        self._waiting = {like: each for like, each in self._waiting.items() if each is not dump}
        self._look_for_moves()

    def _look_for_moves(self) -> None:
        every: Iterable[Dump] = (*self._waiting.values(), *self._running, *self.behind)
        self.moving = [dump for dump in every if dump.previous is not None]
