"""A value of a TOML document that knows where it stands, so that every fault can be told with its place."""

from collections.abc import Callable, Collection
from enum import Enum
from typing import TypeVar, cast

from bgpkit.errors import ConfigError
from bgpkit.policy.number_range import NumberRange

T = TypeVar("T")
E = TypeVar("E", bound=Enum)


class Node:
    """One value: ``where`` is what it belongs to, such as a rule of a policy, ``key`` its keys with dots between."""

    __slots__ = ("key", "value", "where")

    def __init__(self, value: object, where: str, key: str = "") -> None:
        """Wrap ``value``."""
        self.value: object = value
        self.where = where
        self.key = key

    def fault(self, what: str) -> ConfigError:
        """Return the error that says ``what`` is wrong here."""
        place = ", ".join(part for part in (self.where, f"{self.key!r}" if self.key else "") if part)
        return ConfigError(f"{place}: {what}" if place else what)

    def read(self, reader: Callable[[], T]) -> T:
        """Return what ``reader`` makes of the value; its ConfigError or ValueError is told with the place."""
        try:
            return reader()
        except (ConfigError, ValueError) as error:
            raise self.fault(str(error)) from error

    def table(self, known: Collection[str] | None = None) -> "dict[str, Node]":
        """Return the values of a table by key; ConfigError for a key that is not ``known``, None knows all."""
        value: object = self.value
        if not isinstance(value, dict):
            raise self.fault(f"{_shown(self.value)} is not a table")
        found = cast("dict[str, object]", value)
        for key in found:
            if known is not None and key not in known:
                raise self.fault(f"unknown key {key!r}; known: {', '.join(known)}")
        return {key: Node(each, self.where, f"{self.key}.{key}" if self.key else key) for key, each in found.items()}

    def items(self) -> "list[Node]":
        """Return the values of a list, or the one value that stands in place of a list of one."""
        value: object = self.value
        if not isinstance(value, list):
            return [self]
        if not value:
            raise self.fault("the list is empty; leave the key out, or name something")
        return [Node(each, self.where, self.key) for each in cast("list[object]", value)]

    def members(self) -> "list[Node]":
        """Return the values of a list, which may be empty."""
        value: object = self.value
        if not isinstance(value, list):
            raise self.fault("a set is a list")
        return self.items() if value else []

    def text(self) -> str:
        """Return a string that is not empty."""
        if not isinstance(self.value, str) or not self.value:
            raise self.fault(f"{_shown(self.value)} is not a string")
        return self.value

    def number(self) -> int:
        """Return a whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.fault(f"{_shown(self.value)} is not a whole number")
        return self.value

    def choice(self, kind: type[E]) -> E:
        """Return one of the members of ``kind``, which are named by their values."""
        names = [str(member.value) for member in kind]
        for member in kind:
            if member.value == self.value:
                return member
        raise self.fault(f"{_shown(self.value)} is not possible; use {', '.join(names[:-1])} or {names[-1]}")

    def range(self, most: int, what: str) -> NumberRange:
        """Return a range that is written as a number or as ``"5-9"``."""
        text = self.value if isinstance(self.value, str) else str(self.number())
        return self.read(lambda: NumberRange.parse(text, most, what))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
