"""Whether options hold what their fields say: a value of a wrong kind is told at once, and not where it does harm."""

import math
from collections.abc import Callable
from types import NoneType, UnionType
from typing import Any, Final, Union, cast, get_args, get_origin, get_type_hints

from bgpkit.errors import ConfigError
from bgpkit.transport.secret import Secret

_PLAIN: Final = (str, int, float, NoneType)
"""Kinds of values that an error may show; what is made of others may hold a key."""
_SECRET: Final = Secret.__name__
_Kind = tuple[str, Callable[[object], bool]]
"""What a kind is called, and what tells its values."""
_KNOWN: Final[dict[type, dict[str, _Kind]]] = {}
"""The fields of dataclasses that have been looked at: to read annotations takes long."""


def check_kinds(options: object, what: str) -> None:
    """Raise ConfigError, which begins with ``what``, for a field of options whose value is not of the kind it says.

    Numbers are neither NaN nor infinite, and true is no number. What is known by its methods is passed over.
    ``options`` is of a dataclass.
    """
    kind = type(options)
    if kind not in _KNOWN:
        _KNOWN[kind] = _kinds_of(kind)
    for field, (name, takes) in _KNOWN[kind].items():
        value = getattr(options, field)
        if takes(value):
            continue
        if _SECRET in name:
            raise ConfigError(f"{what}: {field} is a {type(value).__name__}; wrap it in bgpkit.transport.Secret")
        given = repr(value) if isinstance(value, _PLAIN) else f"of type {type(value).__name__}"
        article = "an" if name[0] in "aeiouAEIOU" else "a"
        raise ConfigError(f"{what}: {field} {given} is not {article} {name}")


def _kinds_of(options: type) -> dict[str, _Kind]:
    found = {field: _kind(hint) for field, hint in get_type_hints(options).items()}
    return {field: kind for field, kind in found.items() if kind is not None}


def _kind(hint: Any) -> _Kind | None:
    """Return the kind that an annotation says; None for what nobody can tell, or should."""
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        return _any_of(get_args(hint))
    if origin is tuple:
        return _tuple_of(*get_args(hint))
    if not isinstance(hint, type) or getattr(hint, "_is_protocol", False):
        return None
    if hint is float:
        return "float", _is_number
    if hint is int:
        return "int", lambda value: isinstance(value, int) and not isinstance(value, bool)
    return hint.__name__, lambda value: isinstance(value, hint)


def _any_of(hints: tuple[Any, ...]) -> _Kind | None:
    kinds = [_kind(hint) for hint in hints]
    known = [kind for kind in kinds if kind is not None]
    if len(known) < len(kinds):
        return None
    return " or ".join(name for name, _ in known), lambda value: any(takes(value) for _, takes in known)


def _tuple_of(member: Any, *more: Any) -> _Kind:
    kind = _kind(member) if more == (...,) else None
    if kind is None:
        return "tuple", lambda value: isinstance(value, tuple)
    name, takes = kind

    def takes_all(value: object) -> bool:
        return isinstance(value, tuple) and all(map(takes, cast("tuple[object, ...]", value)))

    return f"tuple of {name}", takes_all


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
