"""The tables ``[[peers]]`` and ``[groups.NAME]``: peers with what they share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bgpkit.configuration.document import Place, Value, entries_of
from bgpkit.configuration.fault import FaultyError
from bgpkit.configuration.keys import keys_of
from bgpkit.configuration.reader import Found, Reader
from bgpkit.configuration.settings import PeerRange
from bgpkit.errors import ConfigError
from bgpkit.speaker import PeerConfig
from bgpkit_rib import Prefix

_OTHERS: Final[tuple[str, ...]] = ("range", "interface")
_BOUNDS: Final[Mapping[str, object]] = {"limit": int, "rate": float}
_RANGE: Final = (*_OTHERS, *_BOUNDS)
_SHARED: Final = tuple(key for key in keys_of(PeerConfig) if key != "address")
_KEYS: Final = ("address", *_RANGE, "group", *_SHARED)


@dataclass(frozen=True, slots=True)
class Peers:
    """Who the peers are."""

    named: tuple[PeerConfig, ...] = ()
    """Those with an address."""
    ranges: Mapping[PeerRange, PeerConfig] = field(default_factory=dict[PeerRange, PeerConfig])
    """Ranges of addresses, and what whoever connects from there is to be, but for its address."""
    places: Mapping[str, Place] = field(default_factory=dict[str, Place])
    """Where each address and each range stands."""


def read_peers(reader: Reader, peers: Value | None, groups: Value | None) -> Peers:
    """Return the peers of a file; what is wrong is noted, and those that it is wrong with are left out."""
    known = _groups(reader, groups)
    named: list[PeerConfig] = []
    ranges: dict[PeerRange, PeerConfig] = {}
    places: dict[str, Place] = {}
    for each in _items(reader, peers):
        try:
            made = _peer(reader, each, known)
        except FaultyError:
            continue
        name = made.address if isinstance(made, PeerConfig) else made[0].name
        if name in places:
            reader.note(each, f"{each.name}: {name} is there already, in line {places[name].line}; name each peer once")
            continue
        places[name] = each.place
        if isinstance(made, PeerConfig):
            named.append(made)
        else:
            ranges[made[0]] = made[1]
    return Peers(tuple(named), ranges, places)


def _items(reader: Reader, peers: Value | None) -> list[Value]:
    if peers is None:
        return []
    if not isinstance(peers.data, list):
        reader.note(peers, f"{peers.name}: this is a list; write each peer as [[peers]]")
        return []
    return peers.data


def _groups(reader: Reader, groups: Value | None) -> Mapping[str, Value]:
    """Return the groups; what is wrong in one is noted even where no peer is in it."""
    if groups is None:
        return {}
    if not isinstance(groups.data, dict):
        reader.note(groups, f"{groups.name}: this is no table; write each group as [groups.NAME]")
        return {}
    known: dict[str, Value] = {}
    for name, value in groups.data.items():
        try:
            entries = reader.table(value, _SHARED, PeerConfig)
        except FaultyError:
            continue
        reader.fields(PeerConfig, entries)
        known[name] = Value(dict(entries), value.place, value.name)
    return known


def _peer(reader: Reader, table: Value, groups: Mapping[str, Value]) -> PeerConfig | tuple[PeerRange, PeerConfig]:
    entries = dict(reader.table(table, _KEYS, PeerConfig))
    complete = len(entries) == len(entries_of(table))
    group = entries.pop("group", None)
    ranged = {key: entries.pop(key) for key in _RANGE if key in entries}
    whole = Value(entries, table.place, table.name)
    if group is not None:
        whole = whole.over(_group(reader, group, groups))
    where = [key for key in ("address", *_OTHERS) if key in entries or key in ranged]
    if len(where) != 1:
        reader.fault(table, f"{table.name}: a peer has an address, a range or an interface; give one of the three")
    for bound in _BOUNDS if where == ["address"] else ():
        if bound in ranged:
            reader.note(ranged[bound], f"{table.name}: {bound} is for a range of peers; leave it out")
            complete = False
    several = None if where == ["address"] else _range(reader, where[0], ranged, table)
    found = reader.fields(PeerConfig, entries_of(whole))
    if several is not None:
        first = f"fe80::1%{several.name}" if several.interface else several.name.partition("/")[0]
        found = Found({**found.held, "address": first}, {**found.places, "address": ranged[where[0]]})
    made = reader.make(PeerConfig, found, table, _title(table, found))
    if not complete or not isinstance(made, PeerConfig):
        raise FaultyError
    return made if several is None else (several, made)


def _group(reader: Reader, named: Value, groups: Mapping[str, Value]) -> Value:
    if not isinstance(named.data, str) or named.data not in groups:
        known = ", ".join(groups) or "none"
        reader.fault(named, f"{named.name}: there is no group {named.plain()!r}; known: {known}")
    return groups[named.data]


def _range(reader: Reader, key: str, entries: Mapping[str, Value], table: Value) -> PeerRange:
    """Return the range, or the interface, that the value of ``key`` names."""
    interface = key == "interface"
    name = reader.read(str if interface else Prefix, entries[key])
    held: dict[str, object] = {"name": str(name), "interface": interface, "limit": 1 if interface else 10_000}
    places = dict.fromkeys(held, entries[key])
    for bound, hint in _BOUNDS.items():
        if bound in entries:
            held[bound], places[bound] = reader.read(hint, entries[bound]), entries[bound]
    made = reader.make(PeerRange, Found(held, places), table)
    if not isinstance(made, PeerRange):
        raise FaultyError
    return made


def _title(table: Value, found: Found) -> str:
    """Return what a peer is called in a complaint that does not say it itself."""
    address = found.held.get("address")
    return f"peer {address}" if isinstance(address, str) else table.name


def refused(error: ConfigError | ValueError, places: Mapping[str, Place]) -> Place | None:
    """Return where the peer stands of which a `ConfigError` complains: ``peer 192.0.2.1: ...``."""
    words = str(error).split(maxsplit=2)
    if len(words) < 2 or words[0] != "peer":
        return None
    return places.get(words[1].rstrip(":"))
