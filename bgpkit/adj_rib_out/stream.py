"""The log of a group with the members that follow it, each as fast as its transport takes."""

from collections.abc import Iterator

from bgpkit.adj_rib_out.chunk import Chunk, ChunkBuilder, Dirty
from bgpkit.adj_rib_out.log import Log
from bgpkit.adj_rib_out.marker import REFRESH, Marker
from bgpkit.adj_rib_out.member import Member
from bgpkit_rib import Source


class Stream:
    """Chunks on their way: the one under construction, those in the log, and the cursors of the followers."""

    __slots__ = ("_followers", "_log", "building")

    def __init__(self, *, echoes: bool = False) -> None:
        """Start empty, with nobody to follow; of ``echoes`` see `ChunkBuilder`."""
        self._followers: dict[Source, Member] = {}
        self._log = Log()
        self.building = ChunkBuilder(echoes=echoes)
        """The chunk under construction; its octets come after those of all others."""

    def __len__(self) -> int:
        """Return how many chunks are kept."""
        return len(self._log)

    def __contains__(self, source: Source) -> bool:
        """Tell whether the member ``source`` follows."""
        return source in self._followers

    @property
    def kept(self) -> int:
        """Octets of memory that are kept for followers."""
        return self._log.kept

    def close(self, audience: dict[Source, Member] | None = None) -> Chunk | None:
        """End the chunk under construction, which is for ``audience`` only, or for all; return it if there is any."""
        if self.building.empty:
            return None
        chunk = self.building.finish()
        chunk.audience = audience
        self._log.append(chunk, len(self._followers if audience is None else audience))
        return chunk

    def attach(self, member: Member) -> None:
        """Let ``member`` follow from the next chunk on; those before must be closed."""
        if member.source not in self._followers:
            member.cursor = self._log.end
            self._followers[member.source] = member

    def detach(self, member: Member, dirty: Dirty | None, marked: set[int] | None = None) -> None:
        """Let ``member`` follow no longer; add what it has not been sent to ``dirty``.

        Chunks in ``marked`` have been added before, for another member. What a chunk under construction holds does
        not count.
        """
        if self._followers.pop(member.source, None) is not None:
            for chunk in self._log.chunks_for(member.source, member.cursor):
                if dirty is not None and (marked is None or chunk.number not in marked):
                    chunk.mark(dirty)
                    if marked is not None:
                        marked.add(chunk.number)
                self._log.done(chunk)

    def send_all(self) -> None:
        """Write to every follower what its transport takes."""
        end = self._log.end
        for member in tuple(self._followers.values()):
            if member.cursor < end:
                self.send(member)

    def send(self, member: Member) -> None:
        """Write to a follower what its transport takes."""
        source, port = member.source, member.port
        for chunk in self._log.chunks_for(source, member.cursor):
            if not port.writable:
                return
            octets = chunk.octets_for(source)
            member.cursor = chunk.number + 1
            self._log.done(chunk)
            if octets:
                port.write(octets)
            member.sent.updates += chunk.updates_for(source)
            if chunk.markers:
                member.sent.refreshes += (chunk.markers & REFRESH).value.bit_count()
                if Marker.END_OF_RIB in chunk.markers and member.end_of_rib_sent is not None:
                    member.end_of_rib_sent()
        member.cursor = self._log.end

    def has_room(self, member: Member) -> bool:
        """Tell whether a follower has been sent everything and takes more."""
        return member.port.writable and not self._log.chunks_for(member.source, member.cursor)

    def laggards(self, limit: int) -> Iterator[Member]:
        """Yield the followers that keep more than ``limit`` octets from being forgotten."""
        if self._log.kept > limit:
            oldest = self._log.oldest_within(limit)
            for member in tuple(self._followers.values()):
                if member.cursor < oldest:
                    chunks = self._log.chunks_for(member.source, member.cursor)
                    if chunks and chunks[0].number < oldest:
                        yield member

    def unsent_markers(self, member: Member) -> Marker:
        """Return the markers in what a member, if it follows, has not been sent."""
        markers = Marker.NONE
        if member.source in self._followers:
            for chunk in self._log.chunks_for(member.source, member.cursor):
                markers |= chunk.markers
        return markers

    def unsent(self, member: Member) -> list[Chunk]:
        """Return the chunks that a follower has not been sent."""
        return self._log.chunks_for(member.source, member.cursor)
