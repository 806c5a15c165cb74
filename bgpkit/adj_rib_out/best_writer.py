"""What groups without ADD-PATH are sent: one path of each key at most."""

from collections.abc import Callable, Container

from bgpkit.adj_rib_out.chunk import NOTHING_HELD, ChunkBuilder, Held
from bgpkit.adj_rib_out.export import WELL_KNOWN_START, Export
from bgpkit.adj_rib_out.writer import Told, Writer, fresh, without
from bgpkit.wire import PassThrough
from bgpkit_rib import BEST, Entry, Path, Source, SourceKind, best_of


class BestWriter(Writer):
    """Sends the best path, or the best external one."""

    def __init__(self, export: Export, members: Container[Source]) -> None:
        """Send by ``export``, of several paths that its key selects the first."""
        super().__init__(export, members)
        # What writes blocks as they came in, and for paths of what kind and of whom.
        self._through: PassThrough | None = None
        self._kind: SourceKind | None = None
        self._identifier = 0
        self._common = export.common
        self._choose: Callable[[Entry | None], Path | None] = best_of if export.key.selection == BEST else self._first

    def selected(self, entry: Entry | None) -> tuple[Path, ...]:
        """Return the one path of ``entry`` that is for members, or none."""
        path = self._choose(entry)
        return () if path is None else (path,)

    def held(self, entry: Entry | None) -> Held:
        """Return nothing: there are no Path Identifiers."""
        del entry
        return NOTHING_HELD

    def change(
        self, builder: ChunkBuilder, keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None
    ) -> None:
        """Write a change block of the table."""
        if old is None and nlri is not None and isinstance(new, Path):
            # The way of a first table: a block that goes out as it came in.
            message = self._passed_through(new, keys, nlri)
            if message is not None:
                if message:
                    builder.add_block(keys, message, new.source)
                return
        former, path = self._choose(old), self._choose(new)
        if path is not former:
            self._replace(builder, keys, former, self, path, nlri)

    def dump(self, builder: ChunkBuilder, keys: list[bytes], told: Told, previous: Writer | None) -> None:
        """Write ``keys``; with ``previous`` only what is otherwise than it has written it."""
        pairs: dict[tuple[Path | None, Path | None], list[bytes]] = {}
        entry_of, choose = self.entry, self._choose
        for key in keys:
            former = None if previous is None else next(iter(previous.selected(previous.entry(key, told))), None)
            pair = former, choose(entry_of(key, told))
            bucket = pairs.get(pair)
            if bucket is None:
                bucket = pairs[pair] = []
            bucket.append(key)
        for (former, path), bucket in pairs.items():
            self._replace(builder, bucket, former, previous or self, path, None)

    def restate(self, builder: ChunkBuilder, keys: list[bytes], told: Told, held: Held) -> None:
        """Write ``keys``; what is not announced is withdrawn."""
        builder.touch(keys)
        buckets: dict[Path | None, list[bytes]] = {}
        for key in keys:
            buckets.setdefault(self._choose(self.entry(key, told)), []).append(key)
        for path, bucket in buckets.items():
            announced = () if path is None else self.export.outgoing(path, bucket)
            for block, group in announced:
                if path is not None:
                    self._announce(builder, path, block, group, None, held=group)
            gone = without(bucket, announced)
            if gone:
                builder.withdraw(gone, None, self._withdrawals)

    def _replace(
        self,
        builder: ChunkBuilder,
        keys: list[bytes],
        former: Path | None,
        before: Writer,
        path: Path | None,
        nlri: bytes | None,
    ) -> None:
        """Write that ``path`` stands where ``before`` has sent ``former``."""
        announced = () if path is None else self.export.outgoing(path, keys)
        held = [] if former is None else before.export.held(former, keys)
        if not (announced or held):
            return
        gone = without(held, announced)
        if former is not None and path is not None and held:
            announced = fresh(announced, self._unchanged(path, keys, former, before))
            if former.source is path.source:
                held = []
        if announced or gone:
            builder.touch(keys)
        for block, group in announced:
            if path is not None:
                self._announce(builder, path, block, group, nlri if group is keys else None, held)
        if gone and former is not None:
            builder.withdraw(gone, former.source, self._withdrawals)

    def _announce(
        self, builder: ChunkBuilder, path: Path, block: bytes, keys: list[bytes], nlri: bytes | None, held: list[bytes]
    ) -> None:
        """Write an announcement; if ``path`` is of a member, that one may have ``held`` keys, and is to drop them."""
        if self._join is not None:
            nlri = b"".join([self._join(key, path.rest) for key in keys])
        elif nlri is None:
            nlri = b"".join(keys)
        message = self._quick(block, nlri, self._maximum)
        if held and path.source in self._members:
            dropped = keys if held is keys else list(set(keys).intersection(held))
            messages = self._messages(block, keys, path.rest, None) if message is None else [message]
            builder.add_all(messages, path.source, self._withdrawals(dropped) if dropped else ())
        elif message is not None:
            builder.add(message, path.source)
        else:
            builder.add_all(self._messages(block, keys, path.rest, None), path.source)

    def _passed_through(self, path: Path, keys: list[bytes], nlri: bytes) -> bytes | None:
        """Return the message that announces a block as it came in, or None where that takes a closer look.

        It is empty for a block that the policy refuses as a whole.
        """
        raw = path.raw
        marked = 255 in raw and (path.least_preferred or WELL_KNOWN_START in raw)
        if marked or not path.eligible or not path.next_hop:
            return None
        if path.kind is not self._kind or path.source.bgp_identifier != self._identifier:
            self._prepare(path)
        if self._through is None:
            return None
        if self._common is not None:
            verdict = self._common(keys)
            if verdict is None or verdict.change is not None:
                return None
            if not verdict.accepted:
                return b""
        return self._through.message(raw, path.next_hop, nlri)

    def _prepare(self, path: Path) -> None:
        """Get ready for paths like ``path``, which has a next hop; they come in runs of one source."""
        key = self.export.key
        self._kind, self._identifier, self._through = path.kind, path.source.bgp_identifier, None
        rewrite = self.export.rewrite(path) if self._join is None and key.selection == BEST else None
        if rewrite is not None and rewrite.only_adds:
            self._through = PassThrough(rewrite, key.family, key.maximum, self.export.longest)

    def _first(self, entry: Entry | None) -> Path | None:
        return next(iter(self.export.key.selection.paths(entry)), None)
