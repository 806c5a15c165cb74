"""Update groups: every change is encoded once for all peers that are to get the same octets.

The group keeps a log of chunks. Each member has a cursor in it and writes as fast as its transport
takes; a member that falls too far behind leaves the log and gets the table's last state instead.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from bgpkit.adj_rib_out.add_path_writer import AddPathWriter
from bgpkit.adj_rib_out.best_writer import BestWriter
from bgpkit.adj_rib_out.census import Census
from bgpkit.adj_rib_out.chunk import Dirty, mark
from bgpkit.adj_rib_out.dump import Departure
from bgpkit.adj_rib_out.dumps import Dumps
from bgpkit.adj_rib_out.export import Export
from bgpkit.adj_rib_out.export_key import ExportKey
from bgpkit.adj_rib_out.interval import Interval
from bgpkit.adj_rib_out.marker import REFRESH, Marker
from bgpkit.adj_rib_out.member import Member, OutputPort, RouteLimit, Sent
from bgpkit.adj_rib_out.path_ids import PathIds
from bgpkit.adj_rib_out.scheduler import Scheduler
from bgpkit.adj_rib_out.stream import Stream
from bgpkit.adj_rib_out.writer import Writer
from bgpkit_rib import Consumer, Entry, Path, Source, Table

CHUNK_LENGTH: Final = 64 * 1024
"""Octets after which a chunk is closed without waiting for the end of the event loop's turn."""
LAG_LIMIT: Final = 8 * 1024 * 1024
"""Octets of log that a member may be behind before it leaves the log."""
SLICE: Final = 2000
"""Keys that are seen to, at most, before others get their turn."""

Concerned = Callable[[ExportKey, ExportKey], list[bytes] | None]
"""Tells which routes may differ between two groups, by their keys; None: perhaps any."""


class UpdateGroup:
    """The peers of one :class:`ExportKey`, and the log of what they are sent."""

    def __init__(
        self,
        key: ExportKey,
        table: Table,
        scheduler: Scheduler,
        *,
        path_ids: PathIds | None = None,
        on_refused: Callable[[Path, str], None] | None = None,
    ) -> None:
        """Serve ``table``; what is put off goes through ``scheduler``.

        ``path_ids`` are those of the speaker: a peer that moves between groups must find its paths named alike.
        ``on_refused``: see `Export`.
        """
        self.key = key
        self.export = Export(key, on_refused)
        self._table = table
        self._scheduler = scheduler
        self._members: dict[Source, Member] = {}
        self._limited: dict[Source, Member] = {}
        self._path_ids = PathIds(lambda source: table.count(source) > 0) if path_ids is None else path_ids
        self.writer: Writer = (
            AddPathWriter(self.export, self._members, self._path_ids)
            if key.add_path
            else BestWriter(self.export, self._members)
        )
        self._echoes = key.vouches_for_memberships
        self._stream = Stream(echoes=self._echoes)
        self._interval: Interval | None = None
        self._told: Callable[[bytes], Entry | None] = table.get
        self.changed: Consumer = self._tell
        """Takes the change blocks of the table."""
        if key.advertisement_interval > 0:
            self._interval = Interval(key.advertisement_interval, table, scheduler, self._ask)
            self._told = self._interval.told
            self.changed = self._put_by
        self._dumps = Dumps(self._stream, self.writer, self._told, scheduler, self._ask)
        self._census: Census | None = None
        self._turn_asked = False

    def __len__(self) -> int:
        """Return the number of members."""
        return len(self._members)

    @property
    def is_moving(self) -> bool:
        """Whether members that come from other groups may still hold what those have sent them."""
        return bool(self._dumps.moving)

    @property
    def kept_chunks(self) -> int:
        """How many chunks are kept for members that have not been sent them."""
        return len(self._stream)

    def join(
        self,
        source: Source,
        port: OutputPort,
        *,
        previous: "UpdateGroup | None" = None,
        concerned: Concerned | None = None,
        end_of_rib: bool = True,
        limit: RouteLimit | None = None,
        end_of_rib_sent: Callable[[], None] | None = None,
        sent: Sent | None = None,
    ) -> None:
        """Add the peer ``source``: it is sent the table, then follows.

        With ``previous``, the group it was in until now, it is sent only what the change of group changes, and
        ``concerned`` tells what that may be at all. With a ``limit`` it is sent nothing before the routes have been
        counted. ``end_of_rib_sent`` is called when it has been sent an End-of-RIB marker, and ``sent``
        counts all messages.
        """
        left = None if previous is None else previous.part(source)
        member = self._members[source] = Member(source, port)
        member.end_of_rib_sent = end_of_rib_sent
        member.sent = member.sent if sent is None else sent
        self.limit_to(source, limit)
        if left is None or left.previous is None:
            first = Marker.END_OF_RIB if end_of_rib else Marker.NONE
            self._dumps.enlist(member, None, owed=first if left is None else left.owed)
        else:
            keys = None if concerned is None else concerned(left.previous.export.key, self.key)
            member.refresh_wanted, member.refresh_markers = left.refresh_wanted, left.refresh_markers
            dump = self._dumps.enlist(member, keys, left.previous, owed=left.owed, apart=left.lagging)
            dump.add_dirty(left.dirty)
            for key in () if self._interval is None else self._interval.unsent():
                # Members of this group have been told of less than those of the other.
                mark(dump.dirty, [key], left.previous.held(self._table.get(key)))
        self._ask()

    def limit_to(self, source: Source, limit: RouteLimit | None) -> None:
        """Give the peer ``source`` a limit, another one, or none; what there is for it already counts."""
        member = self._members.get(source)
        if member is None or member.limit == limit:
            return
        member.limit, member.warned = limit, False
        self._limited.pop(source, None)
        if limit is not None:
            self._limited[source] = member
            self._ask()
        elif not self._limited:
            self._census = None

    def leave(self, source: Source) -> None:
        """Remove the peer ``source``."""
        if source in self._members:
            self._remove(self._members[source], None)

    def part(self, source: Source) -> Departure | None:
        """Remove the peer ``source``, which moves to another group; tell what it has been sent."""
        member = self._members.get(source)
        if member is None:
            return None
        self._close_chunk()
        dump = self._dumps.of(source)
        lagging = dump in self._dumps.behind
        waits = dump is not None and source not in self._stream and not lagging  # this group has sent it nothing
        writer = dump.previous if dump is not None and waits else self.writer
        dirty: Dirty = dict(dump.dirty) if dump is not None and waits else {}
        if self._interval is not None and writer is not None:
            for key, entry in self._interval.unsent().items():
                mark(dirty, [key], writer.held(entry))
        if dump is not None and not waits:
            dump.add_left(dirty, self._told, self.writer)
        owed = self._stream.unsent_markers(member) | (Marker.NONE if dump is None else dump.owed)
        member.refresh_wanted |= dump is not None and dump.keys is None and not waits
        owed = member.still_owed(owed)
        if member.end_of_rib_wanted:
            owed |= Marker.END_OF_RIB
        self._remove(member, dirty)
        return Departure(writer, dirty, owed, member.refresh_wanted, member.refresh_markers, lagging)

    def refresh(self, source: Source, *, marked: bool = False) -> None:
        """Send the whole table again to ``source``, once it is up to date. RFC 2918, section 4.

        Where it is to be ``marked``, between BoRR and EoRR, and not before End-of-RIB. RFC 7313, section 4.
        """
        member = self._members.get(source)
        if member is None:
            return
        member.refresh_markers = REFRESH if marked else Marker.NONE
        dump = self._dumps.of(source)
        if dump is None:
            self._dumps.enlist(member, None, owed=member.refresh_markers)
        elif dump.keys is not None or dump.previous is not None or dump.owed & REFRESH != member.refresh_markers:
            member.refresh_wanted = True  # a table that waits to be sent is as good, but for what is under way
        self._ask()

    def end_of_rib(self, source: Source) -> None:
        """Tell ``source`` that its first table is complete, which joining has not done, once it is up to date.

        RFC 4724, section 2.
        """
        member = self._members.get(source)
        if member is None:
            return
        if self._dumps.of(source) is None:
            self._dumps.enlist(member, [], owed=Marker.END_OF_RIB)
        else:
            member.end_of_rib_wanted = True
        self._ask()

    @property
    def is_settled(self) -> bool:
        """Whether nothing waits for its interval to pass."""
        return self._interval is None or not self._interval.unsent()

    def pump(self, source: Source) -> None:
        """Write to ``source`` what it has not been sent, as far as its transport takes it."""
        member = self._members.get(source)
        if member is None:
            return
        dump = self._dumps.of(source)
        if dump is not None and dump in self._dumps.behind and member.port.writable:
            self._close_chunk()
            self._dumps.resume(dump)
        elif source in self._stream:
            self._stream.send(member)
        if dump is not None:
            self._ask()

    def owes(self, source: Source, key: bytes) -> bool:
        """Tell whether the present state of ``key`` is still to be sent to the peer ``source``; slow."""
        member, dump = self._members.get(source), self._dumps.of(source)
        if member is None:
            return False
        self._close_chunk()
        if (dump is not None and dump.holds(key)) or (self._interval is not None and key in self._interval.unsent()):
            return True
        return source in self._stream and any(
            key in keys for chunk in self._stream.unsent(member) for keys in chunk.keys
        )

    def _put_by(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        """Take note of a change that has to wait for the others of its interval."""
        del new, nlri
        if self._members and self._interval is not None:
            self._interval.note(keys, old)

    def _tell(self, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        """Write a change for all that follow the log."""
        if not self._members:
            return
        dumps, building = self._dumps, self._stream.building
        if dumps.moving:
            dumps.told(keys, old)
        if self._census is not None:
            self._census.changed(keys, old, new)
            self._look_at_limits()  # who is over its limit is gone before the change is written
        if len(self._members) == 1 and self._only_members(old) and self._only_members(new) and not self._echoes:
            return  # the one member's own routes: nobody is to hear of them
        self.writer.change(building, keys, old, new, nlri)
        if building.length >= CHUNK_LENGTH:
            self._close_chunk()
        if not self._turn_asked:
            self._ask()

    def _only_members(self, entry: Entry | None) -> bool:
        """Tell whether an entry is nothing, or one path of a member."""
        return entry is None or (isinstance(entry, Path) and entry.source in self._members)

    def _close_chunk(self) -> None:
        chunk = self._stream.close()
        if chunk is not None:
            self._dumps.passed_by(chunk)

    def _ask(self) -> None:
        """Ask for a turn soon; once, however often it is asked."""
        if not self._turn_asked:
            self._turn_asked = True
            self._scheduler.call_soon(self._turn)

    def _turn(self) -> None:
        """Do a slice of all that is to be done, and send what members can take."""
        self._turn_asked = False
        due = {} if self._interval is None else self._interval.take(SLICE)
        for (old, new), keys in due.items():
            self._tell(keys, old, new, None)
        self._close_chunk()
        more = self._count() or (self._interval is not None and self._interval.is_due)
        counted = self._census is not None and self._census.complete
        self._dumps.turn(self._all_keys, counted=counted)
        self._stream.send_all()
        self._dumps.put_off(self._stream.laggards(LAG_LIMIT))
        self.export.forget()
        self._path_ids.prune()
        if more or self._dumps.has_more(counted=counted):
            self._ask()

    def _all_keys(self, further: Iterable[bytes] = ()) -> list[bytes]:
        """Return the keys of the table, those of the routes of our own that go before it, and ``further`` ones."""
        keys = self._table.keys()
        keys.extend(key for key in {*self.export.own, *further} if key not in self._table)
        return keys

    def _count(self) -> bool:
        """Count routes for the members that have a limit; tell whether there is more to count."""
        if not self._limited:
            return False
        if self._census is None:
            unsent = () if self._interval is None else self._interval.unsent()
            self._census = Census(self.writer, list(dict.fromkeys((*self._all_keys(), *unsent))))
        census = self._census
        census.take(SLICE, self._told)
        self._look_at_limits()
        return not census.complete

    def _look_at_limits(self) -> None:
        census = self._census
        if census is None or not census.complete:
            return
        for member in tuple(self._limited.values()):
            limit = member.limit
            count = census.count(member.source)
            if limit is None or count <= limit.maximum or member.warned:
                continue
            member.warned = True
            self._scheduler.call_soon(partial(limit.exceeded, count))
            if limit.closes:
                self._remove(member, None)

    def _remove(self, member: Member, dirty: Dirty | None) -> None:
        """Forget a member; add what it has not been sent to ``dirty``."""
        source = member.source
        self._stream.detach(member, dirty)
        self._dumps.remove(source)
        del self._members[source]
        self._limited.pop(source, None)
        if not self._limited:
            self._census = None
        if not self._members:
            self._stream.building.finish()
            if self._interval is not None:
                self._interval.clear()
