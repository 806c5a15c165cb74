"""The forms of what holds other values: tuples, unions, classes that are made of fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from bgpkit.wire.plain.form import STR, Form, named_form
from bgpkit.wire.plain.hints import key_of, type_name
from bgpkit.wire.plain.json_data import (
    Json,
    Kind,
    PlaceError,
    deeper,
    is_array,
    is_object,
    is_tuple,
    kind_of,
    require_keys,
    unwanted,
)

FieldForm: TypeAlias = Callable[[str, Mapping[str, object]], Form]
"""The form of a field by its name; a form may depend on the fields before it, whose values are given."""


def list_form(item: Form) -> Form:
    """Return the form of a tuple of any length: an array."""

    def write(value: object, depth: int) -> list[Json]:
        if not is_tuple(value):
            raise unwanted(value, "a tuple")
        return _write_items(value, (item,) * len(value), depth)

    def read(data: object, depth: int) -> tuple[object, ...]:
        if not is_array(data):
            raise unwanted(data, "an array")
        return _read_items(data, (item,) * len(data), depth)

    return Form(Kind.ARRAY, (tuple,), write, read)


def fixed_form(items: tuple[Form, ...]) -> Form:
    """Return the form of a tuple whose items each have a form of their own: an array."""

    def write(value: object, depth: int) -> list[Json]:
        if not is_tuple(value) or len(value) != len(items):
            raise unwanted(value, f"a tuple of {len(items)} items")
        return _write_items(value, items, depth)

    def read(data: object, depth: int) -> tuple[object, ...]:
        if not is_array(data) or len(data) != len(items):
            raise unwanted(data, f"an array of {len(items)} items")
        return _read_items(data, items, depth)

    return Form(Kind.ARRAY, (tuple,), write, read)


def _write_items(values: Sequence[object], items: Sequence[Form], depth: int) -> list[Json]:
    inner = deeper(depth)
    written: list[Json] = []
    try:
        for value, item in zip(values, items, strict=True):
            written.append(item.write(value, inner))
    except PlaceError as error:
        error.within(f"[{len(written)}]")
        raise
    return written


def _read_items(data: Sequence[object], items: Sequence[Form], depth: int) -> tuple[object, ...]:
    inner = deeper(depth)
    values: list[object] = []
    try:
        for each, item in zip(data, items, strict=True):
            values.append(item.read(each, inner))
    except PlaceError as error:
        error.within(f"[{len(values)}]")
        raise
    return tuple(values)


_NUMBERS: Final = frozenset({Kind.INTEGER, Kind.STRING})
"""The kinds that a number with a fraction may have, too: 1, and "inf"."""


@dataclass(frozen=True, slots=True)
class _Members:
    """The members of a union, by what tells them apart."""

    by_class: Mapping[type, Form]
    by_kind: Mapping[Kind, Form]
    """Those whose kind of JSON tells; octets are the object without a type."""
    by_name: Mapping[str, Form]
    """The objects, by type."""

    def of_value(self, value: object) -> Form | None:
        """Return the form of a value, by its class, or else by one that its class derives from."""
        form = self.by_class.get(type(value))
        if form is None:
            form = next((each for cls, each in self.by_class.items() if isinstance(value, cls)), None)
        return form

    def of_data(self, data: object) -> Form | None:
        """Return the form of a value that is written as ``data``."""
        if is_object(data) and "type" in data:
            name = data["type"]
            return self.by_name.get(name) if isinstance(name, str) else None
        kind = kind_of(data)
        if kind in _NUMBERS and kind not in self.by_kind:
            kind = Kind.NUMBER
        return None if kind is None else self.by_kind.get(kind)


def union_form(forms: Sequence[Form]) -> Form:
    """Return the form of a value of one of several classes, each in its own form as long as JSON tells them apart.

    Objects are told by their type. Where two or more would be strings, all but ``str`` are written with their
    class. ValueError when two cannot be told apart.
    """
    members = _members(forms)
    wanted = " or ".join(dict.fromkeys(map(_wanted, forms)))

    def write(value: object, depth: int) -> Json:
        form = members.of_value(value)
        if form is None:
            raise unwanted(value, wanted)
        return form.write(value, depth)

    def read(data: object, depth: int) -> object:
        form = members.of_data(data)
        if form is None:
            raise _misfit(data, wanted)
        return form.read(data, depth)

    return Form(Kind.OBJECT, tuple(members.by_class), write, read)


def _wanted(form: Form) -> str:
    told = form.kind in {Kind.STRING, Kind.OBJECT} and form is not STR
    return form.name if told else form.kind.value


def _misfit(data: object, wanted: str) -> PlaceError:
    """Return the error for what is of no member of a union."""
    name = data.get("type") if is_object(data) else None
    if isinstance(name, str):
        return unwanted(name, wanted, "type")
    return unwanted(data, wanted)


def _members(forms: Sequence[Form]) -> _Members:
    strings = sum(form.kind is Kind.STRING for form in forms)
    by_class: dict[type, Form] = {}
    by_kind: dict[Kind, Form] = {}
    by_name: dict[str, Form] = {}
    for form in forms:
        member = named_form(form) if strings > 1 and form.kind is Kind.STRING and form is not STR else form
        by_class.update(dict.fromkeys(form.classes, member))
        if member.kind is Kind.OBJECT and form.classes != (bytes,):
            clash = any(type_name(cls) in by_name for cls in form.classes)
            by_name.update({type_name(cls): member for cls in form.classes})
        else:
            clash = member.kind in by_kind
            by_kind[member.kind] = member
        if clash:
            raise ValueError(f"{form.name} and another member of the union cannot be told apart in JSON")
    return _Members(by_class, by_kind, by_name)


def fields_form(
    cls: type,
    names: tuple[str, ...],
    form_of_field: FieldForm,
    *,
    remark: tuple[str, Callable[[Mapping[str, object]], str]] | None = None,
) -> Form:
    """Return the form of a class that is made of fields: an object with its type and all of its fields.

    A ``remark`` is a key for people: written from the fields, ignored when it is read, and it may be absent.
    """
    make: Callable[..., object] = cls
    what = type_name(cls)
    keys = {name: key_of(name) for name in names}
    wanted = ("type", *keys.values())
    optional = () if remark is None else remark[:1]

    def write(value: object, depth: int) -> dict[str, Json]:
        if not isinstance(value, cls):
            raise unwanted(value, f"a value of class {cls.__name__}")
        held: dict[str, object] = {name: getattr(value, name) for name in names}
        written: dict[str, Json] = {"type": what}
        if remark is not None:
            written[remark[0]] = remark[1](held)
        written.update(_write_fields(held, keys, form_of_field, deeper(depth)))
        return written

    def read(data: object, depth: int) -> object:
        fields = _fields(data, what, wanted, optional)
        held = _read_fields(fields, keys, form_of_field, deeper(depth))
        try:
            return make(**held)
        except (ValueError, ArithmeticError) as error:
            raise PlaceError(str(error)) from error

    return Form(Kind.OBJECT, (cls,), write, read)


def _write_fields(
    held: Mapping[str, object], keys: Mapping[str, str], form_of_field: FieldForm, depth: int
) -> dict[str, Json]:
    written: dict[str, Json] = {}
    key = ""
    try:
        for name, key in keys.items():
            written[key] = form_of_field(name, held).write(held[name], depth)
    except PlaceError as error:
        error.within(key)
        raise
    return written


def _read_fields(
    fields: Mapping[object, object], keys: Mapping[str, str], form_of_field: FieldForm, depth: int
) -> dict[str, object]:
    held: dict[str, object] = {}
    key = ""
    try:
        for name, key in keys.items():
            held[name] = form_of_field(name, held).read(fields[key], depth)
    except PlaceError as error:
        error.within(key)
        raise
    return held


def _fields(data: object, what: str, keys: tuple[str, ...], optional: tuple[str, ...]) -> Mapping[object, object]:
    """Return an object that has the type and the keys of a class; PlaceError for another."""
    if not is_object(data):
        raise unwanted(data, f'an object of the type "{what}"')
    if "type" in data and data["type"] != what:
        raise unwanted(data["type"], f'"{what}"', "type")
    require_keys(data, keys, f"this {what}", optional)
    return data
