"""The data between a Cache Response and its End of Data (RFC 8210, section 8)."""

from bgpkit.rpki.builder import RoaTableBuilder
from bgpkit.rpki.codec import read_prefix
from bgpkit.rpki.error import RtrError, RtrErrorCode
from bgpkit.rpki.roa import roa_of
from bgpkit.rpki.table import RoaTable


class Response:
    """Records that come and go; the table that they make is taken at the end, or never."""

    __slots__ = ("_base", "_builder", "session_id")

    def __init__(self, session_id: int, base: RoaTable | None) -> None:
        """Start with the ROAs of ``base`` when the cache sends what changed since, with none when it sends all."""
        self.session_id = session_id
        self._base = base
        self._builder = RoaTableBuilder(None if base is None else base.indexes)

    def __len__(self) -> int:
        """Return the number of ROAs."""
        return len(self._builder)

    def record(self, data: bytes, start: int, stop: int) -> None:
        """Take the IPv4 or IPv6 Prefix PDU ``data[start:stop]``.

        RtrError for a record that is held already, that is withdrawn without being held, or that cannot be read.

        RFC 8210, section 5.6.
        """
        announce, width, node, one = read_prefix(data, start, stop)
        if announce:
            if not self._builder.add_record(width, node, one):
                text = f"the record {roa_of(width, node, one)} is held already"
                raise RtrError(RtrErrorCode.DUPLICATE_ANNOUNCEMENT_RECEIVED, text, data[start:stop])
        elif not self._builder.remove_record(width, node, one):
            text = f"the record {roa_of(width, node, one)} is withdrawn, but not held"
            raise RtrError(RtrErrorCode.WITHDRAWAL_OF_UNKNOWN_RECORD, text, data[start:stop])

    def table(self) -> RoaTable:
        """Return the table that all records make; the base itself when nothing differs."""
        if self._base is None:
            return RoaTable.of_indexes(self._builder.indexes())
        changes = self._builder.changes()
        return RoaTable.of_indexes(self._builder.indexes(), (self._base, changes)) if changes else self._base
