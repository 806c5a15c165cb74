"""The log of an update group: chunks, each kept until the last member has been sent it."""

from collections import deque
from itertools import islice
from typing import Final

from bgpkit.adj_rib_out.chunk import Chunk
from bgpkit_rib import Source

CHUNK_COST: Final = 1024
"""Octets of memory that a chunk takes beside its own."""


class Log:
    """Chunks by number, from the oldest that somebody waits for to the newest."""

    __slots__ = ("_chunks", "_first", "kept")

    def __init__(self) -> None:
        """Start empty, at number 0."""
        self._chunks: deque[Chunk] = deque()
        self._first = 0
        self.kept = 0
        """Octets of memory that are kept for members."""

    def __len__(self) -> int:
        """Return how many chunks are kept."""
        return len(self._chunks)

    @property
    def end(self) -> int:
        """The number of the next chunk to come."""
        return self._first + len(self._chunks)

    def append(self, chunk: Chunk, waiting: int) -> None:
        """Keep ``chunk`` for so many members; what nobody waits for is not kept."""
        if waiting:
            chunk.waiting, chunk.number = waiting, self.end
            self._chunks.append(chunk)
            self.kept += len(chunk.octets) + CHUNK_COST

    def chunks_for(self, member: Source, cursor: int) -> list[Chunk]:
        """Return the chunks from number ``cursor`` on that ``member`` has not been sent."""
        if cursor >= self.end:
            return []
        chunks = islice(self._chunks, max(0, cursor - self._first), None)
        return [chunk for chunk in chunks if chunk.waiting and chunk.is_for(member)]

    def done(self, chunk: Chunk) -> None:
        """Take note that one more member needs ``chunk`` no longer."""
        chunk.waiting -= 1
        if not chunk.waiting:
            self.kept -= len(chunk.octets) + CHUNK_COST
            chunk.octets, chunk.edits, chunk.keys, chunk.held = b"", {}, [], []
            while self._chunks and not self._chunks[0].waiting:
                self._chunks.popleft()
                self._first += 1

    def oldest_within(self, limit: int) -> int:
        """Return the number of the oldest chunk with which all that are kept take at most ``limit`` octets."""
        number, size = self.end, 0
        for chunk in reversed(self._chunks):
            if chunk.waiting:
                size += len(chunk.octets) + CHUNK_COST
            if size > limit:
                break
            number = chunk.number
        return number
