"""What the codec knows of an address family: how its NLRI are cut, keyed, read and written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from bgpkit.wire.families.opaque import OpaqueNlri
from bgpkit_fsm import Family

PATH_ID_LENGTH = 4
"""Octets of a Path Identifier. RFC 7911, section 3."""

Nlri: TypeAlias = object
"""A value of one of the classes that the family's row names, such as a Prefix; an OpaqueNlri for a type not known."""

Split: TypeAlias = Callable[[bytes], tuple[list[bytes], bool]]
"""Takes an NLRI field whole; returns its keys in order, and whether the field is exactly those keys joined.

ValueError when the field cannot be cut. A key may come twice.
"""

Frame: TypeAlias = Callable[[bytes, int, bool], tuple[int, bytes, bytes]]
"""Takes an NLRI field, the offset of one NLRI in it and whether it is withdrawn; returns where the NLRI stops, its
key and its rest.

An empty key says that the type of the NLRI is not known: it is skipped (RFC 7606, section 5.4). ValueError when it
cannot be cut, or holds what it must not; IndexError counts as an NLRI that is cut short.
"""


@dataclass(frozen=True, slots=True)
class PathNlri:
    """An NLRI with its Path Identifier. RFC 7911, section 3."""

    path_id: int
    """32 bits, of local significance to the sender."""
    nlri: Nlri

    def __str__(self) -> str:
        """Return the NLRI and its path identifier: ``10.0.0.0/8 path-id 7``."""
        return f"{self.nlri} path-id {self.path_id}"


class NlriBlock(NamedTuple):
    """The keys of an NLRI field that share what is beside the key."""

    keys: list[bytes]
    """Canonical octets that identify a destination, each once."""
    rest: bytes
    """What an NLRI says beside its key, such as labels; it belongs to the path, not to the destination."""
    path_id: int
    """The Path Identifier; 0 without ADD-PATH. RFC 7911, section 3."""
    octets: bytes | None
    """The NLRI field, when it is just the keys joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyRow:
    """One address family: a family without a row is never negotiated, since its NLRI could not be cut.

    ``frame`` cuts one NLRI into key and rest, ``join`` puts them together again, ``decode`` and ``encode`` go
    between (key, rest) and a value for people. A row that others add is made in the same way; see
    `bgpkit.wire.families.register_family`.
    """

    family: Family
    frame: Frame
    decode: Callable[[bytes, bytes], Nlri]
    """(key, rest) to a value; what ``frame`` has accepted never fails here."""
    encode: Callable[[Nlri], tuple[bytes, bytes]]
    """A value to (key, rest); ValueError for a value of another class, or that cannot be written."""
    values: tuple[type, ...]
    """The classes of the values that ``decode`` returns."""
    next_hop_lengths: frozenset[int]
    """Octets that the next hop of MP_REACH_NLRI may have. RFC 4760, section 3."""
    ipv6_next_hop_lengths: frozenset[int] = frozenset()
    """Octets that it may have beside those when the extended next hop encoding is agreed on. RFC 8950, section 3."""
    join: Callable[[bytes, bytes], bytes] | None = None
    """(key, rest) to the octets of the NLRI; None when there is never a rest, and the key is the NLRI.

    An empty rest asks for the form that withdrawals have.
    """
    split: Split | None = None
    """The quick way through a whole field of NLRI without Path Identifiers, for families that have no rest."""
    decode_all: Callable[[list[bytes]], Sequence[Nlri]] | None = None
    """Many keys without rest to values."""
    check: Callable[[bytes], bool] | None = None
    """Tells of a field for which ``split`` is whether it can be cut, without doing it."""
    width: int = 0
    """Bits of an address, 32 or 128, when the keys are those of a `bgpkit_rib.Prefix`; else 0."""

    def blocks(self, nlri: bytes, *, add_path: bool, withdrawn: bool) -> tuple[list[NlriBlock], list[bytes]]:
        """Return the blocks of an NLRI field, and the octets of each NLRI whose type is not known.

        Of two NLRI with one key and one Path Identifier the later counts. ValueError says where the field stops
        making sense. RFC 4760, section 5; RFC 7911, section 3.
        """
        if self.split is not None and not add_path:
            keys, canonical = self.split(nlri)
            if len(keys) > 1 and len(set(keys)) != len(keys):
                keys, canonical = list(dict.fromkeys(keys)), False
            return [NlriBlock(keys, b"", 0, nlri if canonical else None)] if keys else [], []
        rests: dict[tuple[int, bytes], bytes] = {}
        unknown: list[bytes] = []
        for path_id, key, rest, octets in self.cut(nlri, add_path=add_path, withdrawn=withdrawn):
            if key:
                rests[path_id, key] = rest
            else:
                unknown.append(octets)
        groups: dict[tuple[int, bytes], list[bytes]] = {}
        for (path_id, key), rest in rests.items():
            groups.setdefault((path_id, b"" if withdrawn else rest), []).append(key)
        return [NlriBlock(keys, rest, path_id, None) for (path_id, rest), keys in groups.items()], unknown

    def nlri(self, field: bytes, *, add_path: bool, withdrawn: bool) -> tuple[Nlri, ...]:
        """Return the values of an NLRI field in order, a `PathNlri` each where Path Identifiers stand before them.

        ValueError as `blocks`.
        """
        if self.split is not None and not add_path:
            if self.decode_all is not None:
                return tuple(self.decode_all(self.split(field)[0]))
            decode = self.decode
            return tuple([decode(key, b"") for key in self.split(field)[0]])
        found: list[Nlri] = []
        for path_id, key, rest, octets in self.cut(field, add_path=add_path, withdrawn=withdrawn):
            value = self.decode(key, rest) if key else OpaqueNlri(octets)
            found.append(PathNlri(path_id, value) if add_path else value)
        return tuple(found)

    def octets(self, values: Sequence[Nlri], *, add_path: bool) -> list[bytes]:
        """Return the octets of each value, with its Path Identifier under ``add_path``; ValueError as ``encode``.

        A `PathNlri` is asked for under ``add_path``, and not allowed without.
        """
        return [self._octets(value, add_path=add_path) for value in values]

    def wire(self, key: bytes, rest: bytes = b"", path_id: int | None = None) -> bytes:
        """Return one NLRI in octets; a ``path_id`` is put before it. RFC 7911, section 3."""
        octets = key if self.join is None else self.join(key, rest)
        if path_id is None:
            return octets
        if not 0 <= path_id < 1 << 32:
            raise ValueError(f"path identifier {path_id} does not fit 4 octets")
        return path_id.to_bytes(PATH_ID_LENGTH, "big") + octets

    def cut(self, nlri: bytes, *, add_path: bool, withdrawn: bool) -> Iterator[tuple[int, bytes, bytes, bytes]]:
        """Yield path identifier, key, rest and octets of each NLRI in a field; ValueError as `blocks`."""
        frame = self.frame
        offset, end = 0, len(nlri)
        path_id = 0
        while offset < end:
            start = offset
            if add_path:
                start += PATH_ID_LENGTH
                path_id = int.from_bytes(nlri[offset:start], "big")
            try:
                stop, key, rest = frame(nlri, start, withdrawn)
            except IndexError:
                stop, key, rest = end + 1, b"", b""
            except ValueError as error:
                raise ValueError(f"{error} at octet {offset} of the NLRI") from error
            if not start < stop <= end:
                raise ValueError(f"an NLRI is cut short at octet {offset} of the NLRI")
            yield path_id, key, rest, nlri[start:stop]
            offset = stop

    def _octets(self, value: Nlri, *, add_path: bool) -> bytes:
        path_id = None
        if isinstance(value, PathNlri):
            path_id, value = value.path_id, value.nlri
        if add_path is (path_id is None):
            raise ValueError(
                f"{value} {'lacks a' if add_path else 'has a'} path identifier, against what was agreed on"
            )
        if path_id is not None and not 0 <= path_id < 1 << 32:
            raise ValueError(f"path identifier {path_id} does not fit 4 octets")
        octets = value.octets if isinstance(value, OpaqueNlri) else self.wire(*self.encode(value))
        return octets if path_id is None else path_id.to_bytes(PATH_ID_LENGTH, "big") + octets
