"""Policies: those that stand in the configuration itself, and those of files that it names."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bgpkit.configuration.document import Document, Value, entries_of, read_document
from bgpkit.configuration.fault import Fault, Faults, FaultyError
from bgpkit.configuration.positions import Path as KeyPath
from bgpkit.configuration.reader import Reader, shown
from bgpkit.errors import ConfigError
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL, Policy, load_policies

SETS: Final = ("prefix-sets", "community-sets", "as-sets")
POLICY_TABLES: Final = (*SETS, "policies")
"""The tables of a file that the language of policies owns."""

BUILT_IN: Final[Mapping[str, Policy]] = {"accept-all": ACCEPT_ALL, "reject-all": REJECT_ALL}
"""Policies that are there without being written."""

_PLACE: Final = re.compile(r"(?:(policy|prefix set|community set|AS set) '([^']*)')?(?:, )?(?:rule (\d+))?(?:, )?")
_KEY: Final = re.compile(r"'([\w.-]+)': ")
_TABLE_OF: Final = {
    "policy": "policies",
    "prefix set": "prefix-sets",
    "community set": "community-sets",
    "AS set": "as-sets",
}


class Policies:
    """The policies that peers of a file can name."""

    def __init__(self) -> None:
        """Know those that are built in."""
        self.found: dict[str, Policy] = dict(BUILT_IN)
        self._faulty: set[str] = set()

    def read(self, reader: Reader, faults: Faults, document: Document, files: Value | None) -> None:
        """Take in the policies of a document and of the ``policy_files`` that it names; faults are noted."""
        self._take(document, faults, reader, document.root)
        folder = Path(document.file).parent
        for value in _files(reader, files):
            try:
                other = read_document(folder / str(value.data), faults)
                reader.table(other.root, POLICY_TABLES)
            except FaultyError:
                continue
            self._take(other, faults, reader, value)

    def named(self, value: Value) -> Policy:
        """Return the policy that a value names; ConfigError when there is none, FaultyError when it is faulty."""
        if value.data in self._faulty:
            raise FaultyError  # that has been told where it stands
        if not isinstance(value.data, str) or value.data not in self.found:
            raise ConfigError(f"there is no policy {shown(value)}; known: {', '.join(self.found)}")
        return self.found[value.data]

    def _take(self, document: Document, faults: Faults, reader: Reader, named_at: Value) -> None:
        """Take in what one document has; of each policy that is faulty the first fault is noted."""
        names = _names(document)
        for name in names:
            if name in self.found:
                reader.note(named_at, f"policy {name!r} of {document.file} is there already; give it another name")
        try:
            load_policies(_only(document, SETS, ""))
        except ConfigError as error:
            faults.add(_fault(document, error))
            self._faulty.update(names)
            return
        for name in names:
            try:
                self.found.update(load_policies(_only(document, POLICY_TABLES, name)))
            except ConfigError as error:
                faults.add(_fault(document, error))
                self._faulty.add(name)


def _names(document: Document) -> list[str]:
    policies = entries_of(document.root).get("policies")
    return [] if policies is None else list(entries_of(policies))


def _files(reader: Reader, files: Value | None) -> list[Value]:
    if files is None:
        return []
    named = files.data if isinstance(files.data, list) else [files]
    for each in named:
        if not isinstance(each.data, str) or not each.data:
            reader.note(each, f"{each.name}: this is no file name")
    return [each for each in named if isinstance(each.data, str) and each.data]


def _only(document: Document, tables: tuple[str, ...], policy: str) -> str:
    """Return a document with the sets and one policy only: all other lines are empty, so that none changes its place.

    A statement that is no header keeps its header's fate, since its path begins with the header's.
    """
    lines = document.text.split("\n")
    kept: set[int] = set()
    for statement in document.positions.statements:
        table, *inner = statement.path
        if table in tables and (table != "policies" or not inner or inner[0] == policy):
            kept.update(range(statement.first, statement.last + 1))
    text = "\n".join(line if number in kept else "" for number, line in enumerate(lines, 1))
    return f"\n{text}"  # a document, not the name of a file


def _fault(document: Document, error: ConfigError) -> Fault:
    """Return a complaint of the language of policies with the line that its place stands for."""
    complaint = str(error)
    path: KeyPath = ()
    rest = complaint
    place = _PLACE.match(complaint)
    if place is not None and place[1] is not None:
        path = (_TABLE_OF[place[1]], place[2])
        if place[3] is not None:
            path = (*path, "rules", int(place[3]) - 1)
        rest = complaint[place.end() :]
    key = _KEY.match(rest)
    if key is not None:
        path = (*path, *key[1].split("."))
    return Fault(document.file, document.positions.line(path), complaint)
