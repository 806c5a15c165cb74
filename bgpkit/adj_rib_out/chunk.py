"""A piece of an update group's output: octets that all members share, and what differs for single members."""

from typing import TypeAlias

from bgpkit_rib import Source

Edit: TypeAlias = tuple[int, int, bytes]
"""(start, end, replacement): for one member, ``octets[start:end]`` is replaced."""


class Chunk:
    """Finished octets of a group, in the order of the changes that caused them.

    A member is never sent its own routes (no echo): where it is itself the source of a route, its
    edit cuts the announcement out, or puts a withdrawal in its place if it held another path before.
    """

    __slots__ = ("edits", "keys", "octets")

    def __init__(self, octets: bytes, edits: dict[Source, list[Edit]], keys: list[list[bytes]]) -> None:
        """Keep ``octets``, the members' ``edits``, and the table ``keys`` that the octets speak of."""
        self.octets = octets
        self.edits = edits
        self.keys = keys

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


class ChunkBuilder:
    """Collects messages until they are worth a chunk."""

    __slots__ = ("_edits", "_keys", "_messages", "length")

    def __init__(self) -> None:
        """Start empty."""
        self._messages: list[bytes] = []
        self._edits: dict[Source, list[Edit]] = {}
        self._keys: list[list[bytes]] = []
        self.length = 0
        """Octets collected so far."""

    def touch(self, keys: list[bytes]) -> None:
        """Note that the messages to come speak of ``keys``."""
        self._keys.append(keys)

    def add(self, messages: list[bytes], source: Source, replacement: bytes = b"") -> None:
        """Append ``messages`` for every member but ``source``, which gets ``replacement`` in their place."""
        start = self.length
        self._messages += messages
        for message in messages:
            self.length += len(message)
        edits = self._edits.setdefault(source, [])
        if edits and edits[-1][1] == start and not replacement and not edits[-1][2]:
            edits[-1] = (edits[-1][0], self.length, b"")
        else:
            edits.append((start, self.length, replacement))

    def finish(self) -> Chunk:
        """Return what was collected as a chunk, and start again empty."""
        chunk = Chunk(b"".join(self._messages), self._edits, self._keys)
        self._messages, self._edits, self._keys, self.length = [], {}, [], 0
        return chunk

    @property
    def empty(self) -> bool:
        """Tell whether nothing at all was collected."""
        return not self._messages and not self._keys
