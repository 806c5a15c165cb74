"""Reading the text of a selector: the complete grammar, with the place of whatever is wrong."""

import re
from typing import Final, NoReturn

from bgpkit_node.resources.selector_nodes import (
    All,
    And,
    Comparator,
    Comparison,
    Global,
    Has,
    Membership,
    Not,
    Or,
    SelectorNode,
)

LABEL_LENGTH: Final = 512
NESTING: Final = 100

_BLANK: Final = re.compile(r"[ \t]*")
_LABEL: Final = re.compile(r"[A-Za-z0-9_./-]+")
_CALL: Final = re.compile(r"(has|all|global)\(")
_STRING: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_MEMBERSHIP: Final = re.compile(r"(not[ \t]*)?in")
_COMPARATORS: Final = (
    (re.compile(r"=="), Comparator.EQUAL),
    (re.compile(r"!="), Comparator.NOT_EQUAL),
    (re.compile(r"contains"), Comparator.CONTAINS),
    (re.compile(r"starts[ \t]*with"), Comparator.STARTS_WITH),
    (re.compile(r"ends[ \t]*with"), Comparator.ENDS_WITH),
)


def parse(text: str) -> SelectorNode:
    """Read a whole selector; the empty one is ``all()``. Raises ValueError with the position, counted from 1."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def whole(self) -> SelectorNode:
        self._skip_blanks()
        if self._at == len(self._text):
            return All()
        node = self._disjunction()
        if self._at < len(self._text):
            self._fail("expected && or || or the end")
        return node

    def _disjunction(self) -> SelectorNode:
        operands = [self._conjunction()]
        while self._take("||"):
            operands.append(self._conjunction())
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def _conjunction(self) -> SelectorNode:
        operands = [self._operand()]
        while self._take("&&"):
            operands.append(self._operand())
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def _operand(self) -> SelectorNode:
        negated = False
        while self._take("!"):
            negated = not negated
        node = self._bracketed() if self._take("(") else self._term()
        if not negated:
            return node
        return node.operand if isinstance(node, Not) else Not(node)

    def _bracketed(self) -> SelectorNode:
        self._depth += 1
        if self._depth > NESTING:
            self._fail(f"more than {NESTING} brackets inside each other")
        node = self._disjunction()
        if not self._take(")"):
            self._fail("expected )")
        self._depth -= 1
        return node

    def _term(self) -> SelectorNode:
        call = _CALL.match(self._text, self._at)
        if call is None:
            return self._about(self._label("expected a label, has(), all(), global(), ! or ("))
        self._move(call.end())
        node = self._called(call[1])
        if not self._take(")"):
            self._fail("expected )")
        return node

    def _called(self, name: str) -> SelectorNode:
        if name == "has":
            return Has(self._label("expected a label"))
        return All() if name == "all" else Global()

    def _about(self, label: str) -> SelectorNode:
        for pattern, comparator in _COMPARATORS:
            found = pattern.match(self._text, self._at)
            if found:
                self._move(found.end())
                return Comparison(label, comparator, self._string())
        found = _MEMBERSHIP.match(self._text, self._at)
        if not found:
            self._fail(f"expected ==, !=, in, not in, contains, starts with or ends with after label {label}")
        self._move(found.end())
        return Membership(label, self._set(), found[1] is not None)

    def _set(self) -> frozenset[str]:
        if not self._take("{"):
            self._fail("expected {")
        values: set[str] = set()
        while not self._take("}"):
            values.add(self._string())
            if not self._take(","):
                if not self._take("}"):
                    self._fail("expected , or }")
                break
        return frozenset(values)

    def _string(self) -> str:
        found = _STRING.match(self._text, self._at)
        if not found:
            if self._text[self._at : self._at + 1] in {"'", '"'}:
                self._fail("this quote is never closed")
            self._fail("expected a value in quotes")
        self._move(found.end())
        return found[0][1:-1]

    def _label(self, otherwise: str) -> str:
        found = _LABEL.match(self._text, self._at)
        if not found:
            self._fail(otherwise)
        if len(found[0]) > LABEL_LENGTH:
            self._fail(f"a label longer than {LABEL_LENGTH} characters")
        self._move(found.end())
        return found[0]

    def _take(self, symbol: str) -> bool:
        """Step over ``symbol`` if it comes next."""
        if not self._text.startswith(symbol, self._at):
            return False
        self._move(self._at + len(symbol))
        return True

    def _move(self, position: int) -> None:
        self._at = position
        self._skip_blanks()

    def _skip_blanks(self) -> None:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _fail(self, expectation: str) -> NoReturn:
        rest = self._text[self._at : self._at + 20]
        found = f"before {rest!r}" if rest else "at the end"
        raise ValueError(f"selector {self._text!r}: {expectation} at position {self._at + 1}, {found}")
