"""The classes that JSON can name, found by following the type hints of messages and of the rows of both tables."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from bgpkit.wire.attributes import ATTRIBUTE_ROWS, Attribute, MpReach, MpUnreach
from bgpkit.wire.families import ROWS, OpaqueNlri, PathNlri
from bgpkit.wire.faults import AttributeFault
from bgpkit.wire.plain.hints import classes_in, fields_of, is_enum, is_text, type_name
from bgpkit.wire.plain.json_data import PlaceError, shown
from bgpkit.wire.update_message import UpdateMessage
from bgpkit_fsm import Message
from bgpkit_rib import (
    ExtendedCommunityValue,
    IPv6ExtendedCommunityValue,
    MacAddress,
    PathAttributes,
    Prefix,
    RouteDistinguisher,
)

_ROOTS: Final[tuple[object, ...]] = (
    Message,
    UpdateMessage,
    Attribute,
    AttributeFault,
    MpReach,
    MpUnreach,
    PathNlri,
    OpaqueNlri,
    PathAttributes,
    Prefix,
    RouteDistinguisher,
    MacAddress,
    ExtendedCommunityValue,
    IPv6ExtendedCommunityValue,
)
"""Where the search begins, beside the rows."""

_ADDRESSES: Final = frozenset({IPv4Address, IPv6Address})


def known_classes() -> Mapping[str, tuple[type, ...]]:
    """Return every class that JSON can name, by that name; two under one name only where users add such rows."""
    return _known_classes(tuple(row.values for row in ROWS.values()))


def class_named(name: str) -> type:
    """Return the class that ``type`` names; PlaceError when there is none, or more than one."""
    classes = known_classes().get(name)
    if classes is None:
        raise PlaceError(f"{shown(name)} is not a type that is known", "type")
    first, *others = classes
    if others:
        places = " and ".join(f"{cls.__module__}.{cls.__qualname__}" for cls in classes)
        raise PlaceError(f"{shown(name)} stands for {places}", "type")
    return first


def require_known(cls: type) -> None:
    """Raise PlaceError unless JSON can name a class, and it alone by that name."""
    name = type_name(cls)
    if cls not in known_classes().get(name, ()):
        raise PlaceError(f"a value of class {cls.__name__} has no form in JSON")
    class_named(name)


@lru_cache(maxsize=4)
def _known_classes(nlri: tuple[tuple[type, ...], ...]) -> Mapping[str, tuple[type, ...]]:
    """Return the classes by name, those of the families' NLRI included; found anew when a family is registered."""
    hints = [*_ROOTS, *(row.value for row in ATTRIBUTE_ROWS.values())]
    for classes in nlri:
        hints += classes
    found: dict[str, tuple[type, ...]] = {}
    for cls in _reached(hints):
        found[type_name(cls)] = (*found.get(type_name(cls), ()), cls)
    return found


def _reached(hints: Iterable[object]) -> Iterable[type]:
    """Return the classes that hints name, and those that their fields name, each once."""
    reached: dict[type, None] = {}
    pending = [cls for hint in hints for cls in classes_in(hint)]
    while pending:
        cls = pending.pop(0)
        if cls in reached:
            continue
        if is_text(cls) or is_enum(cls) or cls in _ADDRESSES:
            reached[cls] = None
            continue
        fields = fields_of(cls)
        if fields is not None:
            reached[cls] = None
            pending += [each for hint in fields.values() for each in classes_in(hint)]
    return reached
