"""The Adj-RIB-Out of a peer: not stored anywhere, but computed from the table when somebody asks for it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from bgpkit.adj_rib_out.export import Export
from bgpkit.adj_rib_out.group import UpdateGroup
from bgpkit_rib import Path, Source, Table

_REMEMBERED: Final = 1000
"""Keys after which remembered blocks are dropped, since they keep paths alive."""


class Advertised(NamedTuple):
    """What a peer is sent for one key."""

    key: bytes
    path: Path
    block: bytes
    """The attributes as sent; AS numbers have four octets, whatever the peer is sent."""
    path_id: int | None
    """The Path Identifier that we send; None without ADD-PATH. RFC 7911, section 3."""


def wide_export(group: UpdateGroup) -> Export:
    """Return an export like that of ``group`` which remembers apart, and writes AS numbers in four octets."""
    return Export(replace(group.key, two_octet_as=False))


def advertised(
    group: UpdateGroup, table: Table, peer: Source, keys: Iterable[bytes] | None = None
) -> Iterator[Advertised]:
    """Yield what ``peer``, of ``group``, holds of us once all is sent: of all keys, or of some.

    ``table`` is the group's; it may change meanwhile. RFC 4271, section 3.2.
    """
    export, writer = wide_export(group), group.writer
    if keys is None:
        keys = [*table.keys(), *(key for key in export.own if key not in table)]
    for number, key in enumerate(keys):
        if number % _REMEMBERED == 0:
            export.forget()
        for path in writer.selected(writer.entry(key, table.get)):
            if path.source is not peer or group.key.vouches_for_memberships:
                for block, _ in export.outgoing(path, [key]):
                    yield Advertised(key, path, block, writer.path_id(path))
