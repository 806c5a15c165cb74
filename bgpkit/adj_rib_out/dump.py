"""Routes that members are yet to be sent out of the table: all of them at first, or what they missed."""

from dataclasses import dataclass

from bgpkit.adj_rib_out.chunk import NOTHING_HELD, Dirty, Held, mark
from bgpkit.adj_rib_out.marker import Marker
from bgpkit.adj_rib_out.member import Member
from bgpkit.adj_rib_out.writer import Told, Writer
from bgpkit_rib import Entry, Source


class Dump:
    """What some members get from the table in slices, between the chunks that all get.

    First come ``keys``, of which the members hold nothing yet, or what ``previous`` has sent them; then ``dirty``
    keys, of which nobody knows exactly what the members hold: what is not sent of these is withdrawn; and markers
    where they are owed, one of them before all. However often a key changed meanwhile, only its state of the moment
    is sent.
    """

    __slots__ = ("dirty", "keys", "members", "owed", "position", "previous", "waits")

    def __init__(self, keys: list[bytes] | None, previous: Writer | None = None, *, owed: Marker = Marker.NONE) -> None:
        """Begin with ``keys``; None leaves it to the start of the dump to take all."""
        self.keys = keys
        self.position = 0
        self.previous = previous
        """Writer of the group that the members were in until now."""
        self.owed = owed
        """The markers that are still to be sent."""
        self.dirty: Dirty = {}
        self.members: dict[Source, Member] = {}
        self.waits = True
        """It has not begun, so that members do not follow the log."""

    def remainder(self) -> "Dump":
        """Return a dump of what this one has still to do, for other members."""
        rest = Dump(self.keys, self.previous, owed=self.owed)
        rest.position = self.position
        rest.waits = self.waits
        rest.dirty = dict(self.dirty)
        return rest

    @property
    def sweeping(self) -> bool:
        """Whether ``keys`` are left."""
        return self.keys is None or self.position < len(self.keys)

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return not (self.sweeping or self.dirty or self.owed)

    def take(self, count: int) -> list[bytes]:
        """Return the next keys, at most ``count``; those that are dirty come later."""
        self.waits = False
        if self.keys is None:
            return []
        taken = self.keys[self.position : self.position + count]
        self.position += len(taken)
        if self.position >= len(self.keys):
            self.keys, self.position = [], 0
        return [key for key in taken if key not in self.dirty] if self.dirty else taken

    def take_dirty(self, count: int) -> dict[Held, list[bytes]]:
        """Return the next dirty keys, at most ``count``, by what the members may hold of them, and forget them."""
        taken: dict[Held, list[bytes]] = {}
        for key in [key for key, _ in zip(self.dirty, range(count), strict=False)]:
            taken.setdefault(self.dirty.pop(key), []).append(key)
        return taken

    def mark(self, keys: list[bytes], old: Entry | None) -> None:
        """Take note of a change of ``keys``, of which the previous group may have let out ``old``."""
        if self.previous is not None and (self.waits or self.sweeping):
            mark(self.dirty, keys, self.previous.held(old))

    def add_dirty(self, dirty: Dirty) -> None:
        """Take over what others have noted."""
        if not self.dirty:
            self.dirty = dict(dirty)
            return
        for key, held in dirty.items():
            self.dirty[key] = self.dirty.get(key, NOTHING_HELD) | held

    def holds(self, key: bytes) -> bool:
        """Tell whether ``key`` is still to be sent."""
        return key in self.dirty or self.keys is None or key in self.keys[self.position :]

    def add_left(self, dirty: Dirty, told: Told, writer: Writer) -> None:
        """Add to ``dirty`` all that is left, with what the members may hold of it, also by changes from ``writer``."""
        for key, held in self.dirty.items():
            mark(dirty, [key], held | writer.held(writer.entry(key, told)))
        for key in [] if self.keys is None else self.keys[self.position :]:
            held = writer.held(writer.entry(key, told))
            if self.previous is not None:
                held |= self.previous.held(self.previous.entry(key, told))
            mark(dirty, [key], held)


@dataclass(frozen=True, slots=True)
class Departure:
    """What a member that moves to another group has been sent by the one it leaves."""

    previous: Writer | None
    """What it holds has been written by this one; None: it holds nothing."""
    dirty: Dirty
    """Except for these keys."""
    owed: Marker
    """The markers that are still to be sent."""
    refresh_wanted: bool
    refresh_markers: Marker
    lagging: bool
    """Whether it was too far behind for the log."""
