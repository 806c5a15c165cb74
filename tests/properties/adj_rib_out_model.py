"""The far end of a session, and what it should hold: straight from the RFCs, and from the table alone."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bgpkit.adj_rib_out import Export, ExportKey
from bgpkit.policy import Change, SetLocalPref, SetMed, Verdict
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import Entry, Path, Source, Table

LABELED: Final = Family(1, 4)
FAMILIES: Final = (IPV4_UNICAST, LABELED)
PREFIXES: Final = [bytes((8, 10)), bytes((16, 10, 1)), bytes((16, 10, 2)), bytes((24, 10, 3, 3)), b"\0"]
_LABEL: Final = 3
_MP_REACH, _MP_UNREACH = 14, 15

Held = tuple[bytes, bytes]
"""Attributes without those of RFC 4760's NLRI, and the rest of the NLRI."""


class Wire:
    """The far end of a session: parses UPDATEs by itself (RFC 4271, RFC 4760, RFC 7911, RFC 8277)."""

    def __init__(self, family: Family, *, add_path: bool) -> None:
        """Start with an empty table and a reader that reads."""
        self.family = family
        self.add_path = add_path
        self.room = 1_000_000
        self.table: dict[tuple[int, bytes], Held] = {}
        self.ended = 0
        self.most = 0

    @property
    def writable(self) -> bool:
        """Whether there is room."""
        return self.room > 0

    def write(self, octets: bytes) -> None:
        """Take whole messages."""
        assert self.writable, "the transport is over-filled"
        assert octets, "nothing is written"
        self.room -= 1
        while octets:
            length, kind, withdrawn = struct.unpack_from("!16xHBH", octets)
            assert kind == 2
            assert length <= 4096
            self._update(octets[21 : 21 + withdrawn], octets[21 + withdrawn : length])
            octets = octets[length:]

    def _update(self, withdrawn: bytes, rest: bytes) -> None:
        (size,) = struct.unpack_from("!H", rest)
        attributes, nlri = rest[2 : 2 + size], rest[2 + size :]
        if not withdrawn and not attributes and not nlri:
            assert self.family == IPV4_UNICAST
            self.ended += 1
            return
        for path_id, key, _ in self._cut(withdrawn, 0):
            self.table.pop((path_id, key), None)
        reach, unreach, others = _split(attributes)
        for path_id, key, _ in self._cut(nlri, 0):
            self.table[path_id, key] = attributes, b""
        if reach:
            hop = 4 + reach[3]
            for path_id, key, label in self._cut(reach[hop + 1 :], _LABEL):
                self.table[path_id, key] = reach[: hop + 1] + others, label
        for path_id, key, _ in self._cut(unreach[3:], _LABEL):
            self.table.pop((path_id, key), None)
        self.ended += unreach is not _NONE and not unreach[3:]
        self.most = max(self.most, len(self.table))

    def _cut(self, octets: bytes, label: int) -> Iterator[tuple[int, bytes, bytes]]:
        while octets:
            path_id = 0
            if self.add_path:
                path_id, octets = int.from_bytes(octets[:4], "big"), octets[4:]
            size = 1 + (octets[0] + 7) // 8
            nlri, octets = octets[:size], octets[size:]
            yield path_id, bytes((nlri[0] - 8 * label,)) + nlri[1 + label :], nlri[1 : 1 + label]


_NONE: Final = b""


def _split(attributes: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the values of MP_REACH_NLRI and MP_UNREACH_NLRI, and the attributes without them."""
    reach, unreach, others = _NONE, _NONE, b""
    while attributes:
        flags, code = attributes[:2]
        start, length = (4, int.from_bytes(attributes[2:4], "big")) if flags & 0x10 else (3, attributes[2])
        value, whole, attributes = (
            attributes[start : start + length],
            attributes[: start + length],
            attributes[start + length :],
        )
        if code == _MP_REACH:
            reach = value
        elif code == _MP_UNREACH:
            unreach = value
        else:
            others += whole
    return reach, unreach, others


@dataclass(eq=False)
class Moody:
    """A policy that changes its mind, and says that it is not pure."""

    name: str = "moody"
    pure: bool = False
    refused: set[bytes] = field(default_factory=set[bytes])

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Sequence[tuple[Verdict, list[bytes]]]:
        """Refuse what is refused at the moment."""
        del family, path
        parts = [[key for key in keys if (key in self.refused) is refused] for refused in (False, True)]
        return [(Verdict(not refused, self.name), part) for refused, part in enumerate(parts) if part]


@dataclass(frozen=True)
class Halves:
    """A policy that looks at keys: longer prefixes get another LOCAL_PREF, shorter ones than /16 are refused."""

    name: str = "halves"

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Sequence[tuple[Verdict, list[bytes]]]:
        """Divide by length."""
        del family, path
        long, middle = [key for key in keys if key[0] > 16], [key for key in keys if key[0] == 16]
        short = [key for key in keys if key[0] < 16]
        verdicts = (
            (Verdict(True, "long", Change((SetLocalPref(500),))), long),
            (Verdict(True, "middle"), middle),
            (Verdict(False, "short"), short),
        )
        return [verdict for verdict in verdicts if verdict[1]]


@dataclass(frozen=True)
class Leveller:
    """A policy that makes MEDs alike, so that different paths go out with the same octets."""

    name: str = "leveller"
    keyed: bool = False

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Sequence[tuple[Verdict, list[bytes]]]:
        """Accept with one MED for all; nothing of the second source."""
        del family
        return [(Verdict(path.source.name != "peer1", self.name, Change((SetMed(7),))), keys)]


def expected(table: Table, source: Source, key: ExportKey) -> list[tuple[bytes, int, Held]]:
    """Return what the peer ``source`` should hold: key, marker of the path's identity, attributes and rest."""
    export = Export(key)
    entries: dict[bytes, Entry] = dict(table.items())
    wanted: list[tuple[bytes, int, Held]] = []
    for nlri_key in {*entries, *export.own}:
        own = export.own.get(nlri_key)
        paths = (own,) if own is not None else key.selection.paths(entries.get(nlri_key))
        for path in paths if key.add_path else paths[:1]:
            blocks = () if path.source is source else export.outgoing(path, [nlri_key])
            for block, _ in blocks:
                reach, _, others = _split(block)
                wanted.append((nlri_key, marker(block), (reach + others, path.rest)))
    return sorted(wanted)


def holding(wire: Wire) -> list[tuple[bytes, int, Held]]:
    """Return the same of what the far end holds."""
    return sorted((key, marker(held[0]), held) for (_, key), held in wire.table.items())


def marker(attributes: bytes) -> int:
    """Return the community that tells source and received Path Identifier apart; 0 without one."""
    start = attributes.find(b"\xc0\x08\x04")
    return int.from_bytes(attributes[start + 3 : start + 7], "big") if start >= 0 else 0
