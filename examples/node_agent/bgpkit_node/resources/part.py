"""What resources are built of: immutable structs that know their names in YAML and JSON."""

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import TypeGuard

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A struct whose fields are written in camelCase.

    Unknown fields are refused where people write (documents) and passed over where the store is read, so that agents of
    two versions can share a store.
    """


class StrictPart(Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a policy: fields that this version does not know are refused where the store is read, too.

    What such a field restricts would be let through otherwise.
    """


class OpenPart(Part, frozen=True, kw_only=True):
    """A part of a resource of Kubernetes that has more fields than are of use here.

    Those are passed over, also where people write, but for one that looks like a slip for a field of use.
    """


def to_plain(part: Part) -> dict[str, object]:
    """Turn a part into dicts, lists, strings, numbers and booleans, in the order of its fields.

    A field that holds the empty value of its kind (None, false, 0, "", no items) is left out, unless it is required or
    its default is another value.
    """
    plain: dict[str, object] = {}
    for field in _fields(type(part)):
        value: object = getattr(part, field.name)
        unset = field.default is msgspec.NODEFAULT or value == field.default
        if field.required or value or not unset:
            plain[field.encode_name] = _plain(value)
    return plain


@cache
def _fields(kind: type[Part]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


def _plain(value: object) -> object:
    if isinstance(value, Part):
        return to_plain(value)
    if isinstance(value, Enum):
        return value.value
    if is_sequence(value):
        return [_plain(item) for item in value]
    if is_mapping(value):
        return {key: _plain(item) for key, item in value.items()}
    return value


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Tell whether a value is several."""
    return isinstance(value, tuple | list)


def is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    """Tell whether a value has keys."""
    return isinstance(value, dict)
