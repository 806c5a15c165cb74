"""Selectors: expressions over labels that say which nodes, pools or pods are meant."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bgpkit_node.resources import selector_nodes, selector_parser


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector that was read; two are equal when their canonical forms are.

    ::

        or  := and ('||' and)*
        and := op ('&&' op)*
        op  := '!'* ( has(L) | all() | global() | L == S | L != S | L contains S | L starts with S
                    | L ends with S | L in {S,..} | L not in {S,..} | '(' or ')' )
    """

    node: selector_nodes.SelectorNode

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether ``labels`` satisfy the selector."""
        return selector_nodes.matches(self.node, labels)

    @property
    def canonical(self) -> str:
        """The one spelling of all selectors that read the same: sets sorted, double quotes where possible."""
        return selector_nodes.write(self.node)

    @property
    def unique_id(self) -> str:
        """A short name made from the canonical form; the same in every program that uses the format."""
        digest = hashlib.sha224(f"s:{self.canonical}".encode()).digest()
        return "s:" + base64.urlsafe_b64encode(digest).decode().rstrip("=")

    @property
    def uses_global(self) -> bool:
        """Whether ``global()`` stands anywhere in it."""
        return "global()" in self.canonical and _uses_global(self.node)

    def __str__(self) -> str:
        """Give the canonical form."""
        return self.canonical


@lru_cache(maxsize=1024)
def parse_selector(text: str) -> Selector:
    """Read a selector; the empty text is ``all()``.

    Raises ValueError with one sentence that quotes the selector and gives the position of the fault, from 1.
    """
    return Selector(selector_parser.parse(text))


def _uses_global(node: selector_nodes.SelectorNode) -> bool:
    match node:
        case selector_nodes.Global():
            return True
        case selector_nodes.Not(operand):
            return _uses_global(operand)
        case selector_nodes.And(operands) | selector_nodes.Or(operands):
            return any(map(_uses_global, operands))
        case _:
            return False
