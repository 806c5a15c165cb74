"""JSON as Python holds it, and the error that says where in it something is wrong (RFC 8259)."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final, TypeAlias, TypeGuard

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What json.dumps writes without being told how, and json.loads gives back."""

MAXIMUM_DEPTH: Final = 64
"""How deep arrays and objects may stand in one another: more than a message needs, less than Python's stack has."""

_SHOWN: Final = 40
_HUGE: Final = 256


class Kind(Enum):
    """The kinds of JSON values, by the words of RFC 8259, section 3; a number without a fraction is an integer."""

    NULL = "null"
    BOOLEAN = "a boolean"
    INTEGER = "an integer"
    NUMBER = "a number"
    STRING = "a string"
    ARRAY = "an array"
    OBJECT = "an object"


class PlaceError(ValueError):
    """Something is wrong at a place in a value or in its JSON; the text starts with the path to it."""

    def __init__(self, complaint: str, place: str = "") -> None:
        """Complain of the place where the reader or writer is, or of a key within."""
        super().__init__(complaint)
        self.complaint = complaint
        self.place = place

    def within(self, step: str) -> None:
        """Put a step before the path: a key (``value``) or an index (``[3]``)."""
        dot = "." if self.place and not self.place.startswith("[") else ""
        self.place = f"{step}{dot}{self.place}"

    def __str__(self) -> str:
        """Return path and complaint: ``attributes[3].value[0]: null stands where a string is wanted``."""
        return f"{self.place}: {self.complaint}" if self.place else self.complaint


def is_array(data: object) -> TypeGuard[list[object]]:
    """Tell whether ``data`` is a JSON array."""
    return isinstance(data, list)


def is_object(data: object) -> TypeGuard[dict[object, object]]:
    """Tell whether ``data`` is a JSON object, or would be if its keys were strings."""
    return isinstance(data, dict)


def is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    """Tell whether a value is a tuple."""
    return isinstance(value, tuple)


def kind_of(data: object) -> Kind | None:
    """Return what kind of JSON value ``data`` is, or None for what JSON does not have."""
    if data is None:
        return Kind.NULL
    for cls, kind in _KINDS.items():
        if isinstance(data, cls):
            return kind
    return None


_KINDS: Final[Mapping[type, Kind]] = {
    str: Kind.STRING,
    dict: Kind.OBJECT,
    list: Kind.ARRAY,
    bool: Kind.BOOLEAN,  # before int, of which it is a subclass
    int: Kind.INTEGER,
    float: Kind.NUMBER,
}


def shown(data: object) -> str:
    """Return a short text for what was found, never longer than a line: ``"64512"``, ``7``, ``an array``."""
    if isinstance(data, str):
        return f'"{data[:_SHOWN]}..."' if len(data) > _SHOWN else f'"{data}"'
    if isinstance(data, bool):
        return str(data).lower()
    if isinstance(data, float) or (isinstance(data, int) and data.bit_length() <= _HUGE):
        return repr(data)
    kind = kind_of(data)
    return f"a value of class {type(data).__name__}" if kind is None else kind.value


def unwanted(data: object, wanted: str, place: str = "") -> PlaceError:
    """Return the error for ``data`` where something else is wanted."""
    return PlaceError(f"{shown(data)} stands where {wanted} is wanted", place)


def require_keys(data: Mapping[object, object], wanted: Iterable[str], what: str, optional: Iterable[str] = ()) -> None:
    """Raise PlaceError unless ``data`` has the ``wanted`` keys and, beside them, only ``optional`` ones."""
    missing = [key for key in wanted if key not in data]
    if missing:
        raise PlaceError(f'{what} lacks the key "{missing[0]}"')
    known = {*wanted, *optional}
    for key in data:
        if key not in known:
            raise PlaceError(f"{what} has no key {shown(key)}")


def deeper(depth: int) -> int:
    """Return the depth that is left one level further in; PlaceError when none is."""
    if depth <= 0:
        raise PlaceError(f"arrays and objects stand more than {MAXIMUM_DEPTH} deep in one another")
    return depth - 1
