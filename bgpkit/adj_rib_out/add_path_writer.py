"""What groups with ADD-PATH are sent: several paths of each key, told apart by Path Identifiers (RFC 7911)."""

from collections.abc import Container
from typing import Final

from bgpkit.adj_rib_out.chunk import NOTHING_HELD, ChunkBuilder, Held
from bgpkit.adj_rib_out.export import Export
from bgpkit.adj_rib_out.path_ids import PathIds
from bgpkit.adj_rib_out.writer import Told, Writer, fresh, without
from bgpkit_rib import Entry, Path, Source

_LENGTH: Final = 4


class AddPathWriter(Writer):
    """Sends all selected paths; each is replaced and withdrawn by its Path Identifier alone. RFC 7911, section 3."""

    def __init__(self, export: Export, members: Container[Source], ids: PathIds) -> None:
        """Send by ``export``, with Path Identifiers from ``ids``."""
        super().__init__(export, members)
        self._ids = ids

    def selected(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the paths of ``entry`` that are for members."""
        return self.export.key.selection.paths(entry)

    def path_id(self, path: Path) -> int | None:
        """Return the Path Identifier with which ``path`` is sent."""
        return self._ids.of(path)

    def held(self, entry: Entry | None) -> Held:
        """Return the Path Identifiers with which members may hold keys of ``entry``."""
        return frozenset([self._ids.of(path) for path in self.selected(entry)])

    def change(
        self, builder: ChunkBuilder, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None
    ) -> None:
        """Write a change block of the table."""
        del nlri
        former, present = self.selected(old), self.selected(new)
        if former != present:
            self._replace(builder, keys, former, self, present)

    def dump(self, builder: ChunkBuilder, keys: list[bytes], told: Told, previous: Writer | None) -> None:
        """Write ``keys``; with ``previous`` only what is otherwise than it has written it."""
        pairs: dict[tuple[tuple[Path, ...], tuple[Path, ...]], list[bytes]] = {}
        for key in keys:
            former = () if previous is None else previous.selected(previous.entry(key, told))
            pairs.setdefault((former, self.selected(self.entry(key, told))), []).append(key)
        for (former, present), bucket in pairs.items():
            self._replace(builder, bucket, former, previous or self, present)

    def restate(self, builder: ChunkBuilder, keys: list[bytes], told: Told, held: Held) -> None:
        """Write ``keys``; what is not announced is withdrawn by all Path Identifiers that may be ``held``."""
        builder.touch(keys, held)
        buckets: dict[tuple[Path, ...], list[bytes]] = {}
        for key in keys:
            buckets.setdefault(self.selected(self.entry(key, told)), []).append(key)
        for present, bucket in buckets.items():
            announced = {self._ids.of(path): (path, self.export.outgoing(path, bucket)) for path in present}
            for path_id, (path, blocks) in announced.items():
                for block, group in blocks:
                    self._announce(builder, path, path_id, block, group)
            for path_id in sorted(held):
                gone = without(bucket, announced[path_id][1]) if path_id in announced else bucket
                if gone:
                    builder.add_all(self._withdrawals(gone, path_id), None)

    def _replace(
        self,
        builder: ChunkBuilder,
        keys: list[bytes],
        former: tuple[Path, ...],
        before: Writer,
        present: tuple[Path, ...],
    ) -> None:
        """Write that the paths ``present`` stand where ``before`` has sent ``former``."""
        ids = self._ids
        gone = {ids.of(path): path for path in former}
        builder.touch(keys, frozenset(gone) if gone else NOTHING_HELD)
        for path in present:
            path_id = ids.of(path)
            replaced = gone.pop(path_id, None)
            if replaced is path and before is self:
                continue
            announced = self.export.outgoing(path, keys)
            left: list[bytes] = []
            if replaced is not None:
                left = without(before.export.held(replaced, keys), announced)
                announced = fresh(announced, self._unchanged(path, keys, replaced, before))
            for block, group in announced:
                self._announce(builder, path, path_id, block, group)
            if left:
                builder.add_all(self._withdrawals(left, path_id), path.source)
        for path_id, path in gone.items():
            left = before.export.held(path, keys)
            if left:
                builder.add_all(self._withdrawals(left, path_id), path.source)

    def _announce(self, builder: ChunkBuilder, path: Path, path_id: int, block: bytes, keys: list[bytes]) -> None:
        """Write an announcement for all but the path's own source, which never holds its own paths."""
        spelled = keys if self._join is None else [self._join(key, path.rest) for key in keys]
        number = path_id.to_bytes(_LENGTH, "big")
        message = self._quick(block, number + number.join(spelled), self._maximum)
        if message is not None:
            builder.add(message, path.source)
        else:
            builder.add_all(self._messages(block, keys, path.rest, path_id), path.source)
