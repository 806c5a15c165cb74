"""The form of every type hint that fields of values have, and of values whose class only their JSON tells."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from ipaddress import IPv4Address, IPv6Address
from types import NoneType
from typing import Final

from bgpkit.wire.attributes import ATTRIBUTE_ROWS, Attribute, AttributeRow, MpReach, MpUnreach
from bgpkit.wire.families import ROWS, OpaqueNlri, PathNlri
from bgpkit.wire.plain.containers import FieldForm, fields_form, fixed_form, list_form, union_form
from bgpkit.wire.plain.form import (
    BOOL,
    FLOAT,
    HEX,
    HEX_OBJECT,
    INT,
    NONE,
    STR,
    TIME,
    Form,
    address_form,
    enum_form,
    named_form,
    text_form,
)
from bgpkit.wire.plain.hints import fields_of, is_enum, is_text, items_of, members_of
from bgpkit.wire.plain.json_data import Json, Kind, PlaceError, is_array, is_object, unwanted
from bgpkit.wire.plain.registry import class_named, require_known
from bgpkit.wire.update_message import UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, Family

_SCALARS: Final[Mapping[object, Form]] = {NoneType: NONE, bool: BOOL, int: INT, str: STR, float: FLOAT}
_LEAVES: Final[Mapping[object, Form]] = {
    **_SCALARS,
    bytes: HEX,
    datetime: TIME,
    IPv4Address: address_form(IPv4Address),
    IPv6Address: address_form(IPv6Address),
}
_ADDRESS: Final = address_form(IPv4Address, IPv6Address)

_forms: Final[dict[object, Form]] = {}


def form_of(hint: object) -> Form:
    """Return the form of the values that a type hint allows; ValueError for a hint that has none."""
    form = _forms.get(hint)
    if form is None:
        form = _forms[hint] = _form_of(hint)
    return form


def _form_of(hint: object) -> Form:
    members = tuple(dict.fromkeys(members_of(hint)))
    if object in members:
        return ANY
    if len(members) == 1:
        return _single(members[0])
    forms = [_single(member) for member in members]
    if IPv4Address in members and IPv6Address in members:
        forms = [form for form in forms if not set(form.classes) & set(_ADDRESS.classes)] + [_ADDRESS]
    return forms[0] if len(forms) == 1 else union_form(forms)


def _single(hint: object) -> Form:
    if hint in _LEAVES:
        return _LEAVES[hint]
    items = items_of(hint)
    if items is not None:
        forms = tuple(map(form_of, items[0]))
        return list_form(forms[0]) if items[1] else fixed_form(forms)
    if not isinstance(hint, type):
        raise ValueError(f"a value of {hint} has no form in JSON")
    return _class_form(hint)


def _class_form(cls: type) -> Form:
    if is_text(cls):
        return text_form(cls)
    if is_enum(cls):
        return enum_form(cls)
    fields = fields_of(cls)
    if fields is None:
        raise ValueError(f"a value of class {cls.__name__} has no form in JSON")
    if cls is Attribute:
        return fields_form(cls, ("code", "flags", "value"), _attribute_field, remark=("name", _attribute_name))
    return fields_form(cls, tuple(fields), _NLRI_FIELDS.get(cls) or _by_hint(fields))


def _by_hint(hints: Mapping[str, object]) -> FieldForm:
    """Return the forms of fields whose hints tell them; found when first asked, since a class may hold itself."""

    @cache
    def form(name: str) -> Form:
        return form_of(hints[name])

    return lambda name, _: form(name)


def _nlri_form(family: Family) -> Form:
    """Return the form of the NLRI of a family, by its row."""
    row = ROWS.get(family)
    if row is None:
        raise PlaceError(f"family {family} has no row: its NLRI are not known")
    return _nlri_list_form(row.values)


@cache
def _nlri_list_form(classes: tuple[type, ...]) -> Form:
    nlri = tuple(map(_single, dict.fromkeys((*classes, OpaqueNlri))))
    inner = union_form(nlri)
    path = fields_form(PathNlri, ("path_id", "nlri"), lambda name, _: INT if name == "path_id" else inner)
    return list_form(union_form((*nlri, path)))


def _routes_field(hints: Mapping[str, object]) -> FieldForm:
    """Return the forms of the fields of a class that has NLRI of the family it names, or of IPv4 unicast."""
    plain = _by_hint(hints)

    def form(name: str, held: Mapping[str, object]) -> Form:
        if name not in {"nlri", "withdrawn"}:
            return plain(name, held)
        family = held.get("family", IPV4_UNICAST)
        return _nlri_form(family) if isinstance(family, Family) else ANY

    return form


_NLRI_FIELDS: Final[Mapping[type, FieldForm]] = {
    cls: _routes_field(fields_of(cls) or {}) for cls in (MpReach, MpUnreach, UpdateMessage)
}


def _attribute_field(name: str, held: Mapping[str, object]) -> Form:
    if name != "value":
        return INT
    row = _attribute_row(held)
    return HEX_OBJECT if row is None else _octets_or(row.value)


def _attribute_name(held: Mapping[str, object]) -> str:
    row = _attribute_row(held)
    return "unknown" if row is None else row.code.name


def _attribute_row(held: Mapping[str, object]) -> AttributeRow | None:
    code = held["code"]
    return ATTRIBUTE_ROWS.get(code) if isinstance(code, int) else None


@cache
def _octets_or(hint: object) -> Form:
    """Return the form of an attribute's value: octets as they are where it is not interpreted, else as the row says."""
    form = form_of(hint)

    def write(value: object, depth: int) -> Json:
        return (HEX_OBJECT if isinstance(value, bytes) else form).write(value, depth)

    def read(data: object, depth: int) -> object:
        octets = is_object(data) and "type" not in data
        return (HEX_OBJECT if octets else form).read(data, depth)

    return Form(form.kind, (*form.classes, bytes), write, read)


def object_form(cls: type) -> Form:
    """Return the form of a class as an object that tells its type."""
    form = form_of(cls)
    return form if form.kind is Kind.OBJECT else named_form(form)


def _write_any(value: object, depth: int) -> Json:
    cls: type = type(value)
    if cls is bytes:
        return HEX_OBJECT.write(value, depth)
    if cls is tuple:
        return _ANY_LIST.write(value, depth)
    if cls in _SCALARS:
        return _SCALARS[cls].write(value, depth)
    require_known(cls)
    return object_form(cls).write(value, depth)


def _read_any(data: object, depth: int) -> object:
    if is_object(data):
        name = data.get("type", "")
        if not isinstance(name, str):
            raise unwanted(name, "the name of a type", "type")
        form = object_form(class_named(name)) if "type" in data else HEX_OBJECT
        return form.read(data, depth)
    if is_array(data):
        return _ANY_LIST.read(data, depth)
    if type(data) not in _SCALARS:
        raise unwanted(data, "a value of JSON")
    return _SCALARS[type(data)].read(data, depth)


ANY: Final = Form(Kind.OBJECT, (object,), _write_any, _read_any)
"""A value whose class only its JSON tells: what is no number, no text, no array, has its type beside it."""

_ANY_LIST: Final = list_form(ANY)
