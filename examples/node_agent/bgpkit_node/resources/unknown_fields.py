"""Fields of stored resources that this version does not know: they stay where they are when a resource is rewritten.

Agents and commands of two versions share a store, and the older one must not take away what the newer one has written.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import msgspec
from msgspec import inspect

from bgpkit_node.resources.part import Part, is_mapping, is_sequence, to_plain

_HEAD: Final = frozenset({"kind", "apiVersion"})


def holds_unknown(kind: type[Part], stored: object) -> bool:
    """Tell whether a ``stored`` document, or a part of one, has a field that ``kind`` does not have."""
    if is_sequence(stored):
        return any(holds_unknown(kind, item) for item in stored)
    if not is_mapping(stored):
        return False
    fields = _fields(kind)
    for name, value in stored.items():
        if name not in fields:
            return True
        inner = fields[name]
        if inner is not None and holds_unknown(inner, value):
            return True
    return False


def with_unknown(kind: type[Part], plain: Mapping[str, object], stored: Mapping[str, object]) -> dict[str, object]:
    """Return ``plain``, the fields of a ``kind``, with those of the ``stored`` one that ``kind`` does not have.

    A part that is no longer there takes its unknown fields with it. Items of a list keep theirs where the item is the
    same as before, or stands at the same place of a list that is as long as before.
    """
    result = dict(plain)
    fields = _fields(kind)
    for name, value in stored.items():
        if name not in fields:
            result[name] = value
            continue
        inner, present = fields[name], plain.get(name)
        if inner is None:
            continue
        if is_mapping(present) and is_mapping(value):
            result[name] = with_unknown(inner, present, value)
        elif is_sequence(present) and is_sequence(value) and holds_unknown(inner, value):
            result[name] = _items(inner, present, value)
    return result


def _items(kind: type[Part], items: Sequence[object], stored: Sequence[object]) -> list[object]:
    known = [to_plain(msgspec.convert(item, kind)) for item in stored]
    origins: list[int | None] = []
    for item in items:
        same = (at for at, other in enumerate(known) if other == item and at not in origins)
        origins.append(next(same, None))
    if len(items) == len(stored):
        origins = [at if origin is None and at not in origins else origin for at, origin in enumerate(origins)]
    return [
        with_unknown(kind, item, old) if is_mapping(item) and is_mapping(old) else item
        for item, old in zip(items, (None if at is None else stored[at] for at in origins), strict=True)
    ]


@cache
def _fields(kind: type[Part]) -> Mapping[str, type[Part] | None]:
    """Return the fields of ``kind`` by Calico's names, and of each the part that it is, or is a list of."""
    fields = {field.encode_name: _part(field.type) for field in _struct(kind).fields}
    return {**dict.fromkeys(_HEAD), **fields} if "metadata" in fields else fields


def _struct(kind: type[Part]) -> inspect.StructType:
    described = inspect.type_info(kind)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"{kind} is no part of a resource")
    return described


def _part(kind: inspect.Type) -> type[Part] | None:
    match kind:
        case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner) | inspect.ListType(item_type=inner):
            return _part(inner)
        case inspect.UnionType(types=types):
            return next((part for part in map(_part, types) if part is not None), None)
        case inspect.StructType(cls=struct) if issubclass(struct, Part):
            return struct
        case _:
            return None
