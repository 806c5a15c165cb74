"""YAML and JSON texts as trees in which every value knows its line."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import yaml

from bgpkit_node.resources.part import is_mapping, is_sequence

_MERGE: Final = "tag:yaml.org,2002:merge"
_DEEPEST: Final = 64
_MEANT_AS_JSON: Final = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[\]{"])')
"""How JSON begins, and hardly ever the flow style of YAML, whose keys need no quotation marks."""


TRUE: Final = frozenset({"true", "yes", "on"})
"""What stands for true, in small letters, where a value is a bool."""
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")
EXPONENT: Final = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+")
"""Numbers of YAML 1.2 and JSON that YAML 1.1, and with it the library, takes for texts."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as written; ``tag`` is what YAML takes it for: str, int, bool, float, null, timestamp, ..."""

    text: str
    tag: str
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: "tuple[Tree, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping; of each key its text, its line and its value."""

    entries: "dict[str, tuple[int, Tree]]"
    line: int


Tree: TypeAlias = Scalar | Sequence | Mapping


class TreeError(Exception):
    """A text that is not YAML, with the ``line`` (from 1; 0 unknown) and the ``document`` (from 1) of the fault."""

    def __init__(self, text: str, line: int, document: int) -> None:
        """Keep the place beside a ``text`` for people."""
        super().__init__(text)
        self.line = line
        self.document = document


def read_trees(text: str) -> Iterator[Tree | TreeError]:
    """Yield the documents of a YAML (or JSON) text, in order.

    A document that cannot be used is yielded as an error and the next one is tried; after one that is not YAML at all
    nothing follows.
    """
    if text.lstrip()[:1] in {"{", "["}:
        text = text.replace("\t", " ")
    for each in _documents(text):
        yield (_json_error(text) or each) if isinstance(each, TreeError) else each


def _json_error(text: str) -> TreeError | None:
    """Return what is wrong with a text that is meant to be JSON; None when nothing is, or it is not meant to be."""
    if not _MEANT_AS_JSON.match(text):
        return None
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return TreeError(f"not JSON: {error.msg} (column {error.colno})", error.lineno, 1)
    except RecursionError:
        return None
    return None


def _documents(text: str) -> Iterator[Tree | TreeError]:
    number = 0
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:
        yield _syntax_error(error, 1)
        return
    try:
        while loader.check_node():
            number += 1
            node = loader.get_node()
            if node is not None:
                try:
                    yield _Reader(number).tree(node, 0)
                except TreeError as error:
                    yield error
    except yaml.YAMLError as error:
        yield _syntax_error(error, max(number, 1))
    except RecursionError:
        yield TreeError(f"values lie more than {_DEEPEST} deep in each other", 0, max(number, 1))
    finally:
        loader.dispose()


def tree_of(value: object, depth: int = 0) -> Tree:
    """Return the tree of a plain value, as JSON gives it, without lines. Raises TreeError for one that is too deep."""
    if depth > _DEEPEST:
        raise TreeError(f"values lie more than {_DEEPEST} deep in each other", 0, 1)
    if is_mapping(value):
        return Mapping({str(key): (0, tree_of(each, depth + 1)) for key, each in value.items()}, 0)
    if is_sequence(value):
        return Sequence(tuple(tree_of(each, depth + 1) for each in value), 0)
    match value:
        case None:
            return Scalar("", "null", 0)
        case bool():
            return Scalar(str(value).lower(), "bool", 0)
        case int() | float():
            return Scalar(str(value), type(value).__name__, 0)
        case _:
            return Scalar(str(value), "str", 0)


def plain_of(tree: Tree) -> object:
    """Return the plain value of a tree, as JSON would give it; a number that JSON cannot write stays a text."""
    match tree:
        case Mapping(entries):
            return {key: plain_of(value) for key, (_, value) in entries.items()}
        case Sequence(items):
            return [plain_of(item) for item in items]
        case Scalar(tag="null"):
            return None
        case Scalar(text, "bool"):
            return text.lower() in TRUE
        case Scalar(text, "int" | "float") if _NUMBER.fullmatch(text):
            return json.loads(text)
        case Scalar(text):
            return text


def _syntax_error(error: yaml.YAMLError, document: int) -> TreeError:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        text = ", ".join(part for part in (error.problem, error.context) if part)
        return TreeError(f"not YAML: {text}", mark.line + 1 if mark else 0, document)
    return TreeError(f"not YAML: {str(error).splitlines()[0]}", 0, document)


def _tag(node: yaml.Node) -> str:
    """Return what a value is, as YAML 1.2 has it: 10:20 is a text, 1e3 is a number, as in JSON."""
    tag = node.tag.rpartition(":")[2]
    if tag == "str" and getattr(node, "style", None) is None and EXPONENT.fullmatch(str(node.value)):
        return "float"
    return "str" if tag in {"int", "float"} and ":" in str(node.value) else tag


def _joined(text: str) -> str:
    """Return ``text`` with the pairs of surrogates that JSON writes for one character joined (RFC 8259, section 7)."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class _Reader:
    def __init__(self, document: int) -> None:
        self._document = document
        self._made: dict[int, Tree] = {}

    def tree(self, node: yaml.Node, depth: int) -> Tree:
        """Return the tree of a node; what several aliases point to is made once and shared."""
        if depth > _DEEPEST:
            text = f"values lie more than {_DEEPEST} deep in each other"
            raise TreeError(text, node.start_mark.line + 1, self._document)
        if id(node) not in self._made:
            self._made[id(node)] = self._make(node, depth)
        return self._made[id(node)]

    def _make(self, node: yaml.Node, depth: int) -> Tree:
        line = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return Mapping(self._entries(node, depth), line)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.tree(item, depth + 1) for item in node.value), line)
        return Scalar(_joined(str(node.value)), _tag(node), line)

    def _entries(self, node: yaml.MappingNode, depth: int) -> dict[str, tuple[int, Tree]]:
        merged: dict[str, tuple[int, Tree]] = {}
        entries: dict[str, tuple[int, Tree]] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            tree = self.tree(value, depth + 1)
            if key.tag == _MERGE:
                for other in tree.items if isinstance(tree, Sequence) else (tree,):
                    if not isinstance(other, Mapping):
                        raise TreeError("<< takes a mapping", line, self._document)
                    merged = other.entries | merged
                continue
            if not isinstance(key, yaml.ScalarNode):
                raise TreeError("a key must be a text", line, self._document)
            name = _joined(str(key.value))
            if name in entries:
                raise TreeError(f"{name} is given twice, first in line {entries[name][0]}", line, self._document)
            entries[name] = (line, tree)
        return merged | entries
