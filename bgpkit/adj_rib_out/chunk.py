"""A piece of an update group's output: octets that all members share, and what differs for single members."""

from collections.abc import Callable, Container, Sequence
from typing import Final, TypeAlias

from bgpkit.adj_rib_out.marker import Marker
from bgpkit_rib import Source

Edit: TypeAlias = tuple[int, int, bytes]
"""(start, end, replacement): for one member, ``octets[start:end]`` is replaced."""
Held: TypeAlias = frozenset[int]
"""The Path Identifiers with which a member may hold a key; always empty without ADD-PATH. RFC 7911, section 3."""
NOTHING_HELD: Final[Held] = frozenset()
Spell: TypeAlias = Callable[[list[bytes]], list[bytes]]
"""Makes messages of keys."""
_TOGETHER: Final = 5000
"""Withdrawn keys that are written at once, at most."""
Dirty: TypeAlias = dict[bytes, Held]
"""Keys that a member may hold otherwise than it should, in the order in which they came, with what it may hold."""


class Chunk:
    """Finished octets of a group, in the order of the changes that caused them.

    A member is never sent its own routes (no echo): where it is itself the source of a route, its
    edit cuts the announcement out, or puts a withdrawal in its place if it held another path before.
    """

    __slots__ = ("audience", "cut", "edits", "held", "keys", "markers", "messages", "number", "octets", "waiting")

    def __init__(
        self, octets: bytes, edits: dict[Source, list[Edit]], keys: list[list[bytes]], held: list[Held]
    ) -> None:
        """Keep ``octets``, the members' ``edits``, and the table ``keys`` that the octets speak of.

        ``held`` has, for each list of keys, what members may have held before; it is empty without ADD-PATH.
        """
        self.octets = octets
        self.edits = edits
        self.keys = keys
        self.held = held
        self.audience: Container[Source] | None = None
        """The members that it is for; None: all that follow the log."""
        self.markers = Marker.NONE
        """Which are in it."""
        self.messages = 0
        """How many messages the octets are, each piece with markers counted as one."""
        self.cut: dict[Source, int] = {}
        """How many messages less the members with edits get."""
        self.number = 0
        """Its place in the log."""
        self.waiting = 0
        """How many members have not been sent it."""

    def is_for(self, member: Source) -> bool:
        """Tell whether ``member``, which follows the log, is to be sent it."""
        return self.audience is None or member in self.audience

    def updates_for(self, member: Source) -> int:
        """Return how many UPDATE messages ``member`` is sent, an End-of-RIB marker among them."""
        count, markers = self.messages - self.cut.get(member, 0), self.markers
        if markers:
            count -= (Marker.BEGINNING in markers) + bool(markers & (Marker.END_OF_RIB | Marker.END))
            count += Marker.END_OF_RIB in markers
        return count

    def octets_for(self, member: Source) -> bytes:
        """Return what ``member`` is sent: mostly the very object that every other member is sent."""
        edits = self.edits.get(member)
        if edits is None:
            return self.octets
        pieces: list[bytes] = []
        position = 0
        for start, end, replacement in edits:
            pieces.append(self.octets[position:start])
            pieces.append(replacement)
            position = end
        pieces.append(self.octets[position:])
        return b"".join(pieces)

    def mark(self, dirty: Dirty) -> None:
        """Add the keys to ``dirty``: a member is not going to be sent the chunk."""
        if self.held:
            for keys, held in zip(self.keys, self.held, strict=True):
                mark(dirty, keys, held)
        else:
            for keys in self.keys:
                dirty.update(dict.fromkeys(keys, NOTHING_HELD))


def mark(dirty: Dirty, keys: list[bytes], held: Held) -> None:
    """Add ``keys`` to ``dirty``, with what a member may hold of them beside what is noted already."""
    for key in keys:
        known = dirty.get(key, held)
        dirty[key] = held if known is held else known | held


class ChunkBuilder:
    """Collects messages until they are worth a chunk."""

    __slots__ = (
        "_cut",
        "_echoes",
        "_edits",
        "_gone",
        "_held",
        "_keys",
        "_messages",
        "_source",
        "_spell",
        "_start",
        "_started",
        "length",
    )

    def __init__(self, *, echoes: bool = False) -> None:
        """Start empty; where it ``echoes``, members are sent their own routes, too."""
        self._echoes = echoes
        self._messages: list[bytes] = []
        self._edits: dict[Source, list[Edit]] = {}
        self._cut: dict[Source, int] = {}
        self._started = 0
        self._keys: list[list[bytes]] = []
        self._held: list[Held] = []
        self._gone: list[bytes] = []
        self._spell: Spell | None = None
        self._source: Source | None = None
        self._start = 0
        self.length = 0
        """Octets collected so far, but for withdrawals that wait for others."""

    def touch(self, keys: list[bytes], held: Held | None = None) -> None:
        """Note that the messages to come speak of ``keys``, of which members ``held`` this; None without ADD-PATH."""
        self._keys.append(keys)
        if held is not None:
            self._held.append(held)

    def add_block(self, keys: list[bytes], message: bytes, source: Source) -> None:
        """Append the one ``message`` that speaks of ``keys``, of which nothing is held, for all but ``source``."""
        if source is not self._source or self._gone:
            self._end_run()
            self._source = source
        self._keys.append(keys)
        self._messages.append(message)
        self.length += len(message)

    def add(self, message: bytes, source: Source | None) -> None:
        """Append ``message`` for every member but ``source``."""
        if source is not self._source or self._gone:
            self._end_run()
            self._source = source
        self._messages.append(message)
        self.length += len(message)

    def add_all(self, messages: list[bytes], source: Source | None, replacement: Sequence[bytes] = ()) -> None:
        """Append ``messages`` for every member but ``source``, which gets those of ``replacement`` in their place."""
        if replacement and source is not None:
            self._end_run()
            self._source = None
            start = self.length
            for message in messages:
                self.add(message, None)
            self._edits.setdefault(source, []).append((start, self.length, b"".join(replacement)))
            self._cut[source] = self._cut.get(source, 0) + len(messages) - len(replacement)
        else:
            for message in messages:
                self.add(message, source)

    def withdraw(self, keys: list[bytes], source: Source | None, spell: Spell) -> None:
        """Append withdrawals for every member but ``source``: together with the last ones if these are alike."""
        if source is not self._source or (self._gone and spell != self._spell):
            self._end_run()
            self._source = source
        self._spell = spell
        self._gone += keys
        if len(self._gone) > _TOGETHER:
            self._settle()

    def finish(self) -> Chunk:
        """Return what was collected as a chunk, and start again empty."""
        self._end_run()
        chunk = Chunk(b"".join(self._messages), {} if self._echoes else self._edits, self._keys, self._held)
        chunk.messages, chunk.cut = len(self._messages), {} if self._echoes else self._cut
        self._messages, self._edits, self._keys, self._held, self._cut = [], {}, [], [], {}
        self._source, self._start, self._started, self.length = None, 0, 0, 0
        return chunk

    @property
    def empty(self) -> bool:
        """Tell whether nothing at all was collected."""
        return not (self._messages or self._keys or self._gone)

    def _end_run(self) -> None:
        """Cut what has been appended for all but one source out for that source."""
        self._settle()
        if self._source is not None and self._start < self.length:
            self._edits.setdefault(self._source, []).append((self._start, self.length, b""))
            self._cut[self._source] = self._cut.get(self._source, 0) + len(self._messages) - self._started
        self._start, self._started = self.length, len(self._messages)

    def _settle(self) -> None:
        """Write the withdrawals that have waited for others."""
        if self._gone and self._spell is not None:
            keys, self._gone = self._gone, []
            messages = self._spell(keys)
            self._messages += messages
            self.length += sum(map(len, messages))
