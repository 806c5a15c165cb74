"""Update groups: every change is encoded once for all peers that are to get the same octets.

The group keeps a log of chunks. Each member has a cursor in it and writes as fast as its transport
takes; a member that falls too far behind leaves the log and gets the table's last state instead.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from bgpkit.adj_rib_out.chunk import Chunk, ChunkBuilder
from bgpkit.adj_rib_out.export import Export, ExportKey
from bgpkit.adj_rib_out.member import Backlog, Member, OutputPort
from bgpkit.wire import encode_announcements, encode_end_of_rib, encode_withdrawals
from bgpkit_rib import Entry, Path, Source, Table, best_of

CHUNK_LENGTH: Final = 64 * 1024
"""Octets after which a chunk is closed without waiting for the end of the event loop's turn."""
LAG_LIMIT: Final = 8 * 1024 * 1024
"""Octets of log that a member may be behind before it leaves the log."""
CHUNK_COST: Final = 1024
"""Octets of memory that a chunk takes beside its own."""
SLICE: Final = 2000
"""Keys sent from a backlog before others get their turn."""

Schedule = Callable[[Callable[[], None]], object]
"""Calls a function soon, such as ``loop.call_soon``."""


class UpdateGroup:
    """The peers of one :class:`ExportKey`, and the log of what they are sent."""

    def __init__(self, key: ExportKey, table: Table, schedule: Schedule) -> None:
        """Serve ``table``; the first flush after a change is asked for through ``schedule``."""
        self.key = key
        self.export = Export(key)
        self._table = table
        self._schedule = schedule
        self._members: dict[Source, Member] = {}
        self._log: deque[Chunk] = deque()
        self._first = 0
        self._kept = 0
        self._building = ChunkBuilder()
        self._flush_wanted = False
        self._moving: dict[Source, Backlog] = {}
        self._pumping: set[Source] = set()

    def __len__(self) -> int:
        """Return the number of members."""
        return len(self._members)

    @property
    def kept_chunks(self) -> int:
        """How many chunks are kept for members that have not been sent them."""
        return len(self._log)

    def join(
        self, source: Source, port: OutputPort, *, previous: "UpdateGroup | None" = None, end_of_rib: bool = True
    ) -> None:
        """Add the peer ``source``: it is sent the table, then follows.

        With ``previous``, the group it was in until now, it is sent only what the change of group changes.
        """
        owed = end_of_rib if previous is None else previous.owes_end_of_rib(source)
        backlog = Backlog(self._table.keys(), end_of_rib=owed)
        if previous is not None:
            backlog.previous = previous.export
            backlog.dirty = dict.fromkeys(previous.leave(source))
            self._moving[source] = backlog
        self._members[source] = Member(source, port, backlog)
        self.wake(source)

    def leave(self, source: Source) -> list[bytes]:
        """Remove the peer ``source``; return the keys whose last change it has not been sent."""
        member = self._members.get(source)
        if member is None:
            return []
        unsent = self._unsent(member)
        del self._members[source]
        self._moving.pop(source, None)
        self._trim()
        return unsent

    def owes_end_of_rib(self, source: Source) -> bool:
        """Tell whether the first table of ``source`` is not complete yet. RFC 4724, section 2."""
        member = self._members.get(source)
        return member is not None and member.backlog is not None and member.backlog.end_of_rib

    def refresh(self, source: Source) -> None:
        """Send the whole table again to ``source``. RFC 2918, section 4."""
        member = self._members.get(source)
        if member is not None:
            backlog = Backlog(self._table.keys(), end_of_rib=self.owes_end_of_rib(source))
            backlog.dirty = dict.fromkeys(self._unsent(member))
            member.backlog = backlog
            self._moving.pop(source, None)
            self.wake(source)

    def changed(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        """Take a change block of the table (``bgpkit_rib.Consumer``)."""
        old_path, new_path = best_of(old), best_of(new)
        if old_path is new_path or not self._members:
            return
        for backlog in self._moving.values():
            # What the group before let out may have to be withdrawn, though this group would never have sent it.
            backlog.dirty.update(dict.fromkeys(keys))
        announced = self.export.selected(new_path, keys)
        previous = self.export.selected(old_path, keys)
        if not announced and not previous:
            return
        self._building.touch(keys)
        if new_path is not None and announced:
            self._announce(new_path, announced, nlri if announced is keys else None, old_path, previous)
        if old_path is not None and previous and announced is not keys:
            still = set(announced)
            gone = [key for key in previous if key not in still] if still else previous
            if gone:
                self._building.add(self._withdrawals(gone), old_path.source)
        if self._building.length >= CHUNK_LENGTH:
            self._close_chunk()
        if not self._flush_wanted:
            self._flush_wanted = True
            self._schedule(self.flush)

    def flush(self) -> None:
        """Close the chunk under construction and send what members can take."""
        self._flush_wanted = False
        self._close_chunk()
        self.export.forget()
        for member in tuple(self._members.values()):
            self._write(member)
        self._trim()

    def wake(self, source: Source) -> None:
        """Ask for :meth:`pump` soon; once, however often it is asked."""
        if source not in self._pumping:
            self._pumping.add(source)
            self._schedule(lambda: self._awake(source))

    def pump(self, source: Source) -> None:
        """Write to ``source`` what it has not been sent, as far as its transport takes it."""
        member = self._members.get(source)
        if member is not None:
            self._write(member)
            self._trim()

    def _write(self, member: Member) -> None:
        source = member.source
        while member.port.writable and member.backlog is None and member.cursor < self._first + len(self._log):
            member.port.write(self._log[member.cursor - self._first].octets_for(source))
            member.cursor += 1
        if member.backlog is not None and member.port.writable:
            self._reduce_backlog(member, member.backlog)

    def pending(self, source: Source) -> bool:
        """Tell whether anything is left to be sent to ``source``."""
        member = self._members.get(source)
        return member is not None and (
            member.backlog is not None or not self._building.empty or member.cursor < self._first + len(self._log)
        )

    def _awake(self, source: Source) -> None:
        self._pumping.discard(source)
        self.pump(source)

    def _announce(
        self, path: Path, keys: list[bytes], nlri: bytes | None, old_path: Path | None, previous: list[bytes]
    ) -> None:
        attributes = self.export.attributes(path)
        if attributes is None:
            return
        replacement = b""
        if previous and old_path is not None and old_path.source is not path.source and path.source in self._members:
            replacement = b"".join(self._withdrawals(previous))
        messages = encode_announcements(attributes, self.key.family, keys, self.key.maximum, nlri=nlri)
        self._building.add(messages, path.source, replacement)

    def _withdrawals(self, keys: list[bytes]) -> list[bytes]:
        return encode_withdrawals(self.key.family, keys, self.key.maximum)

    def _close_chunk(self) -> None:
        if self._building.empty:
            return
        chunk = self._building.finish()
        for member in self._members.values():
            if member.backlog is not None:
                for keys in chunk.keys:
                    member.backlog.dirty.update(dict.fromkeys(keys))
        self._log.append(chunk)
        self._kept += len(chunk.octets) + CHUNK_COST

    def _unsent(self, member: Member) -> list[bytes]:
        """Return the keys whose last change ``member`` has not been sent; leaves no chunk half built."""
        self._close_chunk()
        if member.backlog is not None:
            return [*member.backlog.snapshot[member.backlog.position :], *member.backlog.dirty]
        return [key for chunk in self._chunks_from(member.cursor) for keys in chunk.keys for key in keys]

    def _chunks_from(self, cursor: int) -> list[Chunk]:
        return [self._log[number] for number in range(cursor - self._first, len(self._log))]

    def _reduce_backlog(self, member: Member, backlog: Backlog) -> None:
        if backlog.snapshot:
            octets = self._current(member, backlog.take_snapshot(SLICE), backlog.previous, withdraw=False)
        else:
            octets = b""
            if backlog.end_of_rib:
                backlog.end_of_rib = False
                octets = encode_end_of_rib(self.key.family)
            self._close_chunk()
            octets += self._current(member, backlog.take_dirty(SLICE), None, withdraw=True)
        if octets:
            member.port.write(octets)
        if not backlog.snapshot and not backlog.dirty and not backlog.end_of_rib:
            member.backlog = None
            self._moving.pop(member.source, None)
            member.cursor = self._first + len(self._log)
        else:
            self.wake(member.source)

    def _current(self, member: Member, keys: list[bytes], previous: Export | None, *, withdraw: bool) -> bytes:
        """Return the messages that bring ``member`` up to date with the table's state of ``keys``."""
        buckets: dict[Path | None, list[bytes]] = {}
        for key in keys:
            buckets.setdefault(best_of(self._table.get(key)), []).append(key)
        messages: list[bytes] = []
        for path, bucket in buckets.items():
            own = path is not None and path.source is member.source
            announced = [] if own else self.export.selected(path, bucket)
            held = bucket if withdraw else self._held(member, previous, path, bucket)
            attributes = None if path is None else self.export.attributes(path)
            if path is not None and announced and attributes is not None:
                fresh = announced
                if previous is not None and previous.attributes(path) == attributes:
                    holding = set(held)
                    fresh = [key for key in announced if key not in holding]
                messages += encode_announcements(attributes, self.key.family, fresh, self.key.maximum) if fresh else []
            kept = set(announced)
            gone = [key for key in held if key not in kept]
            messages += self._withdrawals(gone) if gone else []
        return b"".join(messages)

    @staticmethod
    def _held(member: Member, previous: Export | None, path: Path | None, keys: list[bytes]) -> list[bytes]:
        """Return those of ``keys`` that ``previous`` let out to ``member`` with ``path``."""
        if previous is None or path is None or path.source is member.source:
            return []
        return previous.selected(path, keys)

    def _trim(self) -> None:
        """Forget chunks that every member has been sent; send laggards out of the log."""
        following = [member for member in self._members.values() if member.backlog is None]
        behind = 0
        if self._kept > LAG_LIMIT:
            for number, chunk in zip(range(len(self._log) - 1, -1, -1), reversed(tuple(self._log)), strict=True):
                behind += len(chunk.octets) + CHUNK_COST
                if behind > LAG_LIMIT:
                    self._give_up_on(following, self._first + number)
                    break
        needed = min(
            (member.cursor for member in following if member.backlog is None), default=self._first + len(self._log)
        )
        while self._first < needed:
            self._kept -= len(self._log.popleft().octets) + CHUNK_COST
            self._first += 1

    def _give_up_on(self, members: list[Member], oldest: int) -> None:
        for member in members:
            if member.cursor < oldest:
                backlog = Backlog([])
                backlog.dirty = dict.fromkeys(self._unsent(member))
                member.backlog = backlog
