"""From TOML to the values of dataclasses, driven by their fields and type hints: a new field is a new key."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, is_dataclass
from types import NoneType
from typing import Final, NoReturn, TypeAlias, TypeGuard, cast, get_args, get_origin

from bgpkit.configuration.document import Value, entries_of
from bgpkit.configuration.fault import Fault, Faults, FaultyError
from bgpkit.configuration.keys import Written, hints_of, keys_of, meant, required, written
from bgpkit.configuration.secrets import is_secret
from bgpkit.errors import ConfigError
from bgpkit.wire import from_plain
from bgpkit.wire.plain.hints import items_of, members_of, type_name

Special: TypeAlias = Callable[[Value], object]
"""Makes a value of a hint that hints alone do not tell: the policy of a name, a secret. ConfigError: it cannot."""

_NONE: Final = "none"
"""What is written for None, so that a peer can have nothing where its group has something."""


@dataclass(frozen=True, slots=True)
class Found:
    """What has been read of a class's fields."""

    held: dict[str, object]
    """The values, by field; those that are faulty are not among them."""
    places: Mapping[str, Value]
    """Where each field is written, the faulty ones too."""

    @property
    def whole(self) -> bool:
        """Whether nothing is faulty."""
        return len(self.held) == len(self.places)


class Reader:
    """Reads values and notes what is wrong with them; FaultyError when there was anything."""

    def __init__(
        self, faults: Faults, specials: Mapping[object, Special], given: Mapping[object, object] | None = None
    ) -> None:
        """Note in ``faults``; ``given`` are values of hints that nobody writes."""
        self._faults = faults
        self._specials = specials
        self._given = given or {}

    def fault(self, value: Value, what: str) -> NoReturn:
        """Note what is wrong with a value, and give up on it."""
        self.note(value, what)
        raise FaultyError

    def note(self, value: Value, what: str) -> None:
        """Note what is wrong with a value, and go on."""
        self._faults.add(Fault(value.place.file, value.place.line, what))

    def read(self, hint: object, value: Value) -> object:
        """Return what a value is, for a type hint."""
        members = tuple(dict.fromkeys(members_of(hint)))
        optional = NoneType in members
        special = next((member for member in members if member in self._specials), None)
        if special is not None:
            return self._special(special, value, optional=optional)
        if optional and value.data == _NONE:
            return None
        classes = [member for member in members if _is_table(member)]
        if classes and (len(classes) + optional == len(members) or isinstance(value.data, dict)):
            return self._one_of(classes, value, optional=optional)
        arrays = [member for member in members if items_of(member) is not None or get_origin(member) is frozenset]
        if arrays:
            return self._array(arrays[0], value)
        try:
            return from_plain(hint, value.plain())
        except ValueError as error:
            self.fault(value, f"{value.name}: {error}")

    def table(self, value: Value, known: Collection[str], cls: type | None = None) -> Mapping[str, Value]:
        """Return what is in a table, of ``cls`` if that is given, under the ``known`` keys; others are noted."""
        if not isinstance(value.data, dict):
            self.fault(value, f"{value.name}: this is no table; its keys: {', '.join(known)}")
        for key, each in value.data.items():
            if key not in known:
                place = f" in {value.name}" if value.name else ""
                self.note(each, f"unknown key {key!r}{place}; {meant(key, known, cls)}")
        return {key: each for key, each in value.data.items() if key in known}

    def fields(self, cls: type, entries: Mapping[str, Value]) -> Found:
        """Return the values of the fields of a class that ``entries`` write; what is faulty is noted."""
        hints = hints_of(cls)
        places: dict[str, Value] = {}
        held: dict[str, object] = {}
        for key, value in entries.items():
            match written(cls, key, value):
                case None:
                    continue
                case Written(field=name) if name in places:
                    self.note(value, f"{value.name}: {name!r} is given in two ways; give it in one")
                    held.pop(name, None)
                case Written(field=name, value=told):
                    places[name] = value
                    try:
                        held[name] = self.read(hints[name], told)
                    except FaultyError:
                        continue
        return Found(held, places)

    def make(self, cls: type, found: Found, table: Value, about: str = "") -> object:
        """Return the value of a class; what it refuses is noted, at the field that it names first."""
        held = dict(found.held)
        faulty = not found.whole
        for name in required(cls):
            if name not in found.places and name not in held:
                self.note(table, f"{about or table.name}: {name!r} is missing")
        if any(name not in held for name in required(cls)):
            raise FaultyError
        made: Callable[..., object] = cls
        while True:
            try:
                value = made(**held)
            except (ConfigError, ValueError, TypeError) as error:
                complaint = str(error)
                field = _named_in(complaint, found.places, held)
                if field or len(held) == len(found.held):  # else it is only about what has been left out
                    self.note(found.places.get(field, table), _with_subject(complaint, about or table.name))
                faulty = True
                if not field or field in required(cls):
                    raise FaultyError from None
                del held[field]  # so that the next fault can be told, too
                continue
            if faulty:
                raise FaultyError
            return value

    def of_class(self, cls: type, value: Value, entries: Mapping[str, Value]) -> object:
        """Return the value of a class of which ``entries`` are written."""
        known = self.table(Value(dict(entries), value.place, value.name), keys_of(cls), cls)
        found = self.fields(cls, known)
        hints = hints_of(cls)
        given = {name: self._given[hint] for name, hint in hints.items() if hint in self._given}
        made = self.make(cls, Found({**found.held, **given}, {**found.places, **dict.fromkeys(given, value)}), value)
        if len(known) < len(entries):
            raise FaultyError
        return made

    def _special(self, member: object, value: Value, *, optional: bool) -> object:
        if optional and value.data == _NONE and not is_secret(member):
            return None
        try:
            return self._specials[member](value)
        except (ConfigError, ValueError) as error:
            self.fault(value, f"{value.name}: {error}")

    def _one_of(self, classes: list[type], value: Value, *, optional: bool) -> object:
        """Return a value of one of several classes: the only one, or the one that ``type`` or a bare name tells."""
        if optional and isinstance(value.data, bool) and not (len(classes) == 1 and len(required(classes[0])) == 1):
            return self._switched(classes[0], value)
        if len(classes) == 1:
            return self._only(classes[0], value)
        names = {type_name(cls): cls for cls in classes}
        entries = dict(entries_of(value))
        told = entries.pop("type", value)
        name = told.data if isinstance(told.data, str) else ""
        if name not in names:
            what = "'type' is missing, it" if told is value and entries else f"{shown(told)} is not possible; it"
            self.fault(told, f"{value.name}: {what} is one of {', '.join(names)}")
        return self.of_class(names[name], value, entries)

    def _switched(self, cls: type, value: Value) -> object:
        """Return what ``true`` means, all as it is by default, and ``false``, nothing."""
        return self.of_class(cls, value, {}) if value.data else None

    def _only(self, cls: type, value: Value) -> object:
        """Return a value of a class from its table, or from the one field that it needs."""
        needed = required(cls)
        if not isinstance(value.data, dict) and len(needed) == 1:
            return self.of_class(cls, value, {needed[0]: value})
        if not isinstance(value.data, dict):
            # What stands there may be a secret at the wrong place: it is not shown.
            self.fault(value, f"{value.name}: this is no table; its keys: {', '.join(keys_of(cls))}")
        return self.of_class(cls, value, value.data)

    def _array(self, hint: object, value: Value) -> object:
        """Return a tuple or a frozenset; one value in place of an array of one is fine."""
        items = items_of(hint)
        arguments = items[0] if items is not None else cast("tuple[object, ...]", get_args(hint))
        data = value.data if isinstance(value.data, list) else [value]
        found: list[object] = []
        for each in data:
            try:
                found.append(self.read(arguments[0], each))
            except FaultyError:
                continue
        if len(found) < len(data):
            raise FaultyError
        return tuple(found) if items is not None else frozenset(found)


def shown(value: Value) -> str:
    """Return a value as it may be told, no longer than a line."""
    text = repr(value.plain())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_table(hint: object) -> TypeGuard[type]:
    """Tell whether the values of a hint are written as tables: dataclasses that have no text."""
    return isinstance(hint, type) and is_dataclass(hint) and not hasattr(hint, "parse")


def _named_in(complaint: str, places: Mapping[str, Value], held: Mapping[str, object]) -> str:
    """Return the field that a complaint names first, among those that are written; empty for none."""
    words = complaint.translate({ord(sign): " " for sign in ",:;'="}).split()
    return next((word for word in words if word in places and word in held), "")


def _with_subject(complaint: str, about: str) -> str:
    """Return a complaint that says of what it complains, which those of peers do by themselves."""
    return complaint if complaint.startswith(("peer ", "confederation:")) or not about else f"{about}: {complaint}"
