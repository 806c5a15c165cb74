"""From a file to a `Configuration`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from bgpkit.configuration.configuration import Configuration
from bgpkit.configuration.document import Value, entries_of, read_document
from bgpkit.configuration.fault import Faults, FaultyError
from bgpkit.configuration.fib_settings import FibSettings
from bgpkit.configuration.keys import keys_of
from bgpkit.configuration.peers import read_peers
from bgpkit.configuration.policies import POLICY_TABLES, Policies
from bgpkit.configuration.reader import Found, Reader, shown
from bgpkit.configuration.redistribute import read_redistribute
from bgpkit.configuration.routes import routes_of
from bgpkit.configuration.secrets import secret_reader
from bgpkit.configuration.settings import (
    Aggregate,
    Announcement,
    BfdSettings,
    ControlSettings,
    LogSettings,
    RpkiSettings,
    SpeakerSettings,
)
from bgpkit.errors import ConfigError
from bgpkit.policy import Policy
from bgpkit.transport import Secret
from bgpkit.wire import as_path_of
from bgpkit_rib import AsPath, AsPathOf, PathAttributes

T = TypeVar("T")

_ATTRIBUTES: Final = "attributes"
"""The field that path attributes go to; in the file they stand beside the others."""
_KEYS: Final = (
    "speaker",
    "groups",
    "peers",
    "announcements",
    "aggregates",
    "redistribute",
    "policy_files",
    *POLICY_TABLES,
    "rpki",
    "fib",
    "bfd",
    "control",
    "log",
)


def load(path: Path | str, *, environment: Mapping[str, str] = os.environ) -> Configuration:
    """Return what a configuration file says; ``environment`` is where secrets may be.

    ConfigurationFileError tells everything that is wrong, each with its file and line, and what to do.
    """
    faults = Faults()
    path = Path(path)
    try:
        found = _read(path, faults, environment)
    except FaultyError:
        found = None
    faults.done()
    if found is None:
        raise ConfigError(f"{path}: it cannot be read")
    return found


def _read(path: Path, faults: Faults, environment: Mapping[str, str]) -> Configuration:
    document = read_document(path, faults)
    policies = Policies()
    reader = Reader(
        faults,
        {
            Policy: policies.named,
            Secret: secret_reader(path.parent, environment),
            AsPath: _as_path,
        },
        {AsPathOf: as_path_of},
    )
    tables = reader.table(document.root, _KEYS)
    policies.read(reader, faults, document, tables.get("policy_files"))
    speaker = _speaker(reader, document.root, tables)
    peers = read_peers(reader, tables.get("peers"), tables.get("groups"))
    announcements = _originated(reader, Announcement, tables.get("announcements"))
    aggregates = _originated(reader, Aggregate, tables.get("aggregates"))
    redistribute = read_redistribute(reader, tables.get("redistribute"))
    rpki = _table(reader, RpkiSettings, tables.get("rpki"))
    fib = _fib(reader, tables.get("fib"))
    bfd = _table(reader, BfdSettings, tables.get("bfd"))
    control = _table(reader, ControlSettings, tables.get("control")) or ControlSettings()
    log = _table(reader, LogSettings, tables.get("log")) or LogSettings()
    if speaker is None:
        raise FaultyError
    return Configuration(
        path=path,
        speaker=speaker,
        peers=peers,
        announcements=announcements,
        aggregates=aggregates,
        redistribute=redistribute,
        policies=policies.found,
        rpki=rpki,
        fib=fib,
        bfd=bfd,
        control=control,
        log=log,
    )


def _table(reader: Reader, cls: type[T], table: Value | None) -> T | None:
    """Return the value of a table that may be there once; None where it is not, or is faulty."""
    if table is None:
        return None
    try:
        made = reader.of_class(cls, table, _entries(reader, cls, table))
    except FaultyError:
        return None
    return made if isinstance(made, cls) else None


def _fib(reader: Reader, table: Value | None) -> FibSettings:
    former = None if table is None else entries_of(table).get("install")
    if former is None:
        return _table(reader, FibSettings, table) or FibSettings()
    word = "off" if former.data is False else "install"
    reader.note(former, f'fib.install: there are more ways than two; write mode = "{word}"')
    return FibSettings()


def _entries(reader: Reader, cls: type, table: Value) -> Mapping[str, Value]:
    if not isinstance(table.data, dict):
        reader.fault(table, f"{table.name}: this is no table; its keys: {', '.join(keys_of(cls))}")
    return table.data


def _speaker(reader: Reader, root: Value, tables: Mapping[str, Value]) -> SpeakerSettings | None:
    if "speaker" not in tables:
        reader.note(root, "there is no [speaker]; it has asn and bgp_identifier, at least")
    return _table(reader, SpeakerSettings, tables.get("speaker"))


def _originated(reader: Reader, cls: type[T], tables: Value | None) -> tuple[T, ...]:
    """Return routes of our own: each table has the fields of a class, and path attributes beside them."""
    if tables is None:
        return ()
    if not isinstance(tables.data, list):
        reader.note(tables, f"{tables.name}: this is a list; write each as [[{tables.name}]]")
        return ()
    found: list[T] = []
    lines: dict[str, int] = {}
    for table in tables.data:
        try:
            made = _one_originated(reader, cls, table)
        except FaultyError:
            continue
        for name in _names(made):
            if name in lines:
                reader.note(table, f"{table.name}: {name} is there already, in line {lines[name]}; name it once")
            lines[name] = table.place.line
        if isinstance(made, cls):
            found.append(made)
    return tuple(found)


def _names(originated: object) -> list[str]:
    """Return what may be there only once."""
    match originated:
        case Announcement():
            return list(map(str, routes_of(originated)))
        case Aggregate():
            return [str(originated.prefix)]
        case _:
            return []


def _one_originated(reader: Reader, cls: type, table: Value) -> object:
    own = [key for key in keys_of(cls) if key != _ATTRIBUTES]
    entries = reader.table(table, (*own, *keys_of(PathAttributes)))
    told = {key: value for key, value in entries.items() if key in own}
    rest = {key: value for key, value in entries.items() if key not in own}
    found, beside = reader.fields(cls, told), reader.fields(PathAttributes, rest)
    held = {**found.held, _ATTRIBUTES: reader.make(PathAttributes, beside, table)}
    made = reader.make(cls, Found(held, {**found.places, _ATTRIBUTES: table}), table)
    if len(entries) < len(entries_of(table)):
        raise FaultyError
    return made


def _as_path(value: Value) -> AsPath:
    if not isinstance(value.data, str):
        raise ConfigError(f"{shown(value)} is no AS path; write it like '64512 64513'")
    return AsPath.parse(value.data)
