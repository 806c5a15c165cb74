"""From changes of the table to messages for an update group: what both kinds of group have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Container

from bgpkit.adj_rib_out.chunk import ChunkBuilder, Held
from bgpkit.adj_rib_out.export import Export, Outgoings
from bgpkit.policy import is_pure
from bgpkit.wire import ROWS, encode_announcements, encode_withdrawals, quick_announcement
from bgpkit_rib import Entry, Path, Source

Told = Callable[[bytes], Entry | None]
"""Gives the entry of a key as members have been told of it, or are going to be by what is in the log."""


class Writer(ABC):
    """Writes what the members of one group are sent; it knows no single member but as the source of a path."""

    def __init__(self, export: Export, members: Container[Source]) -> None:
        """Send by ``export``; ``members`` are those that may be the source of a path, and so not get it."""
        key = export.key
        row = ROWS.get(key.family)
        self.export = export
        self.pure = is_pure(key.policy)
        self._members = members
        self._family = key.family
        self._maximum = key.maximum
        self._join = None if row is None else row.join
        self._quick = quick_announcement(key.family)

    @abstractmethod
    def selected(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the paths of ``entry`` that come into question for members, the best first."""

    @abstractmethod
    def held(self, entry: Entry | None) -> Held:
        """Return the Path Identifiers with which members may hold keys of ``entry``."""

    @abstractmethod
    def change(
        self, builder: ChunkBuilder, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None
    ) -> None:
        """Write a change block of the table (``bgpkit_rib.Consumer``)."""

    @abstractmethod
    def dump(self, builder: ChunkBuilder, keys: list[bytes], told: Told, previous: "Writer | None") -> None:
        """Write ``keys``, of which members hold nothing, or what ``previous`` has written of the same entries."""

    @abstractmethod
    def restate(self, builder: ChunkBuilder, keys: list[bytes], told: Told, held: Held) -> None:
        """Write ``keys`` for members who hold nobody knows what of them, with these Path Identifiers at most."""

    def path_id(self, path: Path) -> int | None:
        """Return the Path Identifier with which ``path`` is sent; None where routes are sent without."""
        del path
        return None

    def entry(self, key: bytes, told: Told) -> Entry | None:
        """Return what there is to send of a key: a route of our own that goes before all, or the table's."""
        return self.export.own.get(key) or told(key)

    def _messages(self, block: bytes, keys: list[bytes], rest: bytes, path_id: int | None) -> list[bytes]:
        """Return announcements of any length; what does not fit a message even alone is withdrawn instead."""
        try:
            return encode_announcements(block, self._family, keys, self._maximum, rest=rest, path_id=path_id)
        except ValueError:
            if len(keys) == 1:
                return self._withdrawals(keys, path_id)
        return [message for key in keys for message in self._messages(block, [key], rest, path_id)]

    def _withdrawals(self, keys: list[bytes], path_id: int | None = None) -> list[bytes]:
        """Return withdrawals; what is too long for one message has never been announced."""
        try:
            return encode_withdrawals(self._family, keys, self._maximum, path_id=path_id)
        except ValueError:
            if len(keys) == 1:
                return []
        return [message for key in keys for message in self._withdrawals([key], path_id)]

    def _unchanged(self, path: Path, keys: list[bytes], former: Path, before: "Writer") -> dict[bytes, bytes]:
        """Return the keys for which ``before`` has sent ``former``, with their blocks, if these may tell no news."""
        if former.source is not path.source or former.rest != path.rest or not (self.pure and before.pure):
            return {}
        return {key: block for block, group in before.export.outgoing(former, keys) for key in group}


def without(keys: list[bytes], announced: Outgoings) -> list[bytes]:
    """Return those of ``keys`` that are not ``announced``; the very list when none is."""
    if not announced or not keys:
        return keys
    if len(announced) == 1 and announced[0][1] is keys:
        return []
    still = {key for _, group in announced for key in group}
    return [key for key in keys if key not in still]


def fresh(announced: Outgoings, known: dict[bytes, bytes]) -> Outgoings:
    """Return what is news of ``announced``: all but keys that are ``known`` with the same block."""
    if not known:
        return announced
    news: list[tuple[bytes, list[bytes]]] = []
    for block, group in announced:
        left = [key for key in group if known.get(key) != block]
        if left:
            news.append((block, group if len(left) == len(group) else left))
    return news
