"""Comparing a tree that a person wrote with the struct it is to become, and saying everything that does not fit."""

import math
from collections.abc import Callable
from enum import Enum
from typing import Final

import msgspec
from msgspec import inspect

from bgpkit_node.resources.address_text import parse_as_number
from bgpkit_node.resources.part import OpenPart
from bgpkit_node.resources.registry import did_you_mean
from bgpkit_node.resources.yaml_lines import TRUE, Mapping, Scalar, Sequence, Tree

_NULL: Final = "null"
_FEW: Final = 12
"""So many fields are listed where one is unknown."""
_HALF: Final = "holds half of a surrogate pair, which is no character"
_NUMBERS: Final[dict[str, type[inspect.Type]]] = {"int": inspect.IntType, "float": inspect.FloatType}


class ShapeReader:
    """Turns trees into the plain values msgspec takes; ``faults`` are (field, text, line), ``lines`` those of fields.

    A null stands for a field that is left out. So does, after its fault, a value that does not fit.
    """

    def __init__(self) -> None:
        """Begin with no faults."""
        self.faults: list[tuple[str, str, int]] = []
        self.lines: dict[str, int] = {}

    def read(self, tree: Tree, kind: inspect.Type, field: str, line: int) -> object:
        """Return the plain value of ``tree`` as ``kind`` wants it, or msgspec.UNSET when none can be made."""
        self.lines[field] = line
        dotted = False
        while isinstance(kind, inspect.Metadata | inspect.UnionType):
            if isinstance(kind, inspect.Metadata):
                dotted = dotted or _is_as_number(kind)
                kind = kind.type
            else:
                kind = _option(kind, tree)
        match kind:
            case inspect.AnyType():
                return msgspec.UNSET
            case inspect.StructType():
                return self._struct(tree, kind, field, line)
            case inspect.VarTupleType() | inspect.ListType():
                return self._list(tree, kind, field, line)
            case inspect.DictType():
                return self._dict(tree, field, line)
            case _:
                return self._scalar(tree, kind, field, line, dotted=dotted)

    def _fault(self, field: str, text: str, line: int) -> object:
        self.faults.append((field, text, line))
        return msgspec.UNSET

    def _struct(self, tree: Tree, kind: inspect.StructType, field: str, line: int) -> object:
        if not isinstance(tree, Mapping):
            return self._fault(field, f"takes a mapping, not {_describe(tree)}", line)
        prefix = f"{field}." if field else ""
        fields = {option.encode_name: option for option in kind.fields}
        plain: dict[str, object] = {}
        for name, (at, value) in tree.entries.items():
            if name not in fields:
                if not issubclass(kind.cls, OpenPart) or did_you_mean(name, list(fields)):
                    self._fault(prefix + name, "unknown field" + _instead(name, list(fields)), at)
            elif not _is_null(value) and not (_is_empty(value) and _is_choice(fields[name])):
                plain[name] = self.read(value, fields[name].type, prefix + name, at)
        required = [name for name, option in fields.items() if option.required]
        for name in required:
            if name not in plain:
                self._fault(prefix + name, "is required", line)
        if any(plain.get(name, msgspec.UNSET) is msgspec.UNSET for name in required):
            return msgspec.UNSET
        return {name: value for name, value in plain.items() if value is not msgspec.UNSET}

    def _list(self, tree: Tree, kind: inspect.VarTupleType | inspect.ListType, field: str, line: int) -> object:
        if not isinstance(tree, Sequence):
            return self._fault(field, f"takes a list, not {_describe(tree)}", line)
        if kind.max_length is not None and len(tree.items) > kind.max_length:
            return self._fault(field, f"takes at most {kind.max_length} items, not {len(tree.items)}", line)
        items = [self.read(item, kind.item_type, f"{field}[{at}]", item.line) for at, item in enumerate(tree.items)]
        return msgspec.UNSET if msgspec.UNSET in items else items

    def _dict(self, tree: Tree, field: str, line: int) -> object:
        if not isinstance(tree, Mapping):
            return self._fault(field, f"takes a mapping, not {_describe(tree)}", line)
        for name, (at, _) in tree.entries.items():
            if not _is_whole(name):
                self._fault(f"{field}.{name!a}", _HALF, at)
        items = [(name, entry) for name, entry in tree.entries.items() if _is_whole(name)]
        plain = {name: self.read(value, inspect.StrType(), f"{field}.{name}", at) for name, (at, value) in items}
        return {name: value for name, value in plain.items() if value is not msgspec.UNSET}

    def _scalar(self, tree: Tree, kind: inspect.Type, field: str, line: int, *, dotted: bool) -> object:
        if not isinstance(tree, Scalar):
            return self._fault(field, f"takes one value, not {_describe(tree)}", line)
        try:
            match kind:
                case inspect.BoolType():
                    return _boolean(tree)
                case inspect.IntType():
                    return _integer(tree, kind, parse_as_number if dotted else _plain_integer)
                case inspect.FloatType():
                    return _number(tree)
                case inspect.EnumType():
                    return _member(tree, kind.cls)
                case inspect.StrType():
                    return _text(tree, kind)
                case _:
                    raise ValueError("is not understood")
        except ValueError as error:
            return self._fault(field, str(error), line)


def _instead(name: str, fields: list[str]) -> str:
    """Return what may be written where ``name`` is: the field that is close, or all of them when they are few."""
    few = f"; known are {', '.join(fields)}" if len(fields) <= _FEW else ""
    return did_you_mean(name, fields) or few


def _option(union: inspect.UnionType, tree: Tree) -> inspect.Type:
    """Return the type that a value is to have: of a number or a text, what it looks like."""
    options = [option for option in union.types if not isinstance(option, inspect.NoneType)]
    tag = tree.tag if isinstance(tree, Scalar) else ""
    for wanted in (_NUMBERS.get(tag, inspect.StrType), inspect.FloatType):
        for option in options:
            if isinstance(_inner(option), wanted):
                return option
    return options[0]


def _inner(kind: inspect.Type) -> inspect.Type:
    return _inner(kind.type) if isinstance(kind, inspect.Metadata) else kind


def _is_as_number(kind: inspect.Metadata) -> bool:
    extra: object = getattr(kind, "extra", None)
    return isinstance(extra, dict) and "as_number" in extra


def _is_null(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.tag == _NULL


def _is_empty(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.tag == "str" and not tree.text


def _is_choice(option: inspect.Field) -> bool:
    """Tell whether a field takes one of some words and may be left out, for which an empty text stands."""
    return not option.required and isinstance(_inner(option.type), inspect.EnumType)


def _describe(tree: Tree) -> str:
    match tree:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(text, tag):
            return "nothing" if tag == _NULL else repr(text) if tag == "str" else text


def _boolean(tree: Scalar) -> bool:
    if tree.tag != "bool":
        raise ValueError(f"takes true or false, not {_describe(tree)}")
    return tree.text.lower() in TRUE


def _integer(tree: Scalar, kind: inspect.IntType, parse: Callable[[str], int]) -> int:
    if tree.tag not in {"int", "float", "str"}:
        raise ValueError(f"takes a number, not {_describe(tree)}")
    if tree.tag != "int" and parse is _plain_integer:
        raise ValueError(f"takes a whole number, not {_describe(tree)}")
    number = parse(tree.text)
    if (kind.ge is not None and number < kind.ge) or (kind.le is not None and number > kind.le):
        raise ValueError(f"must be between {kind.ge} and {kind.le}, not {number}")
    return number


def _number(tree: Scalar) -> float:
    if tree.tag not in _NUMBERS:
        raise ValueError(f"takes a number, not {_describe(tree)}")
    try:
        number = float(tree.text.replace("_", ""))
    except ValueError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"takes a decimal number, not {tree.text}")
    return number


def _plain_integer(text: str) -> int:
    if not text.lstrip("-").isdecimal() or len(text) > 20:
        raise ValueError(f"takes a whole decimal number, not {text}")
    return int(text)


def _member(tree: Scalar, options: type[Enum]) -> object:
    words = {str(option.value): option.value for option in options}
    if tree.text not in words:
        found = repr(tree.text) if tree.text else "an empty text"
        raise ValueError(f"must be one of {', '.join(words)}, not {found}")
    return words[tree.text]


def _is_whole(text: str) -> bool:
    """Tell whether all of ``text`` is characters: no UTF-8 is half of a surrogate pair (RFC 3629, section 3)."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _text(tree: Scalar, kind: inspect.StrType) -> str:
    if tree.tag not in {"str", "timestamp"}:
        raise ValueError(f"takes a text, not {_describe(tree)}: put it in quotes")
    if not _is_whole(tree.text):
        raise ValueError(_HALF)
    if kind.min_length is not None and len(tree.text) < kind.min_length:
        raise ValueError("cannot be empty")
    if kind.max_length is not None and len(tree.text) > kind.max_length:
        raise ValueError(f"takes at most {kind.max_length} characters, not {len(tree.text)}")
    return tree.text
