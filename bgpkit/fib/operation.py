"""What is asked of the kernel, and what it answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Final, NamedTuple

from bgpkit.fib.form import Form, Forms


class Verb(Enum):
    """The three things that may be asked."""

    ADD = "add"
    """Create what is not there; an error where anyone has a route of this prefix and metric."""
    REPLACE = "replace"
    """Overwrite a route of ours; an error where there is none."""
    DELETE = "delete"
    """Remove our route of this prefix and metric; an error where there is none."""


class Operation(NamedTuple):
    """One change of one route."""

    verb: Verb
    width: int
    key: bytes
    forms: Forms
    """The new form, in a tuple of one; for DELETE the form held."""

    @property
    def form(self) -> Form:
        """The one form."""
        return self.forms[0]


make_operation: Final[Callable[[tuple[Verb, int, bytes, Forms]], Operation]] = partial(
    vars(tuple)["__new__"], Operation
)
"""Make an operation of its fields: a hundred thousand of them in half the time."""


class Refusal(NamedTuple):
    """Why the kernel did not carry out an operation."""

    errno: int
    text: str
    """The kernel's own sentence, or the name of the error."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What became of a batch."""

    refused: Mapping[int, Refusal]
    """By the operation's place in the batch."""
    complete: bool
    """False: answers were lost, and an operation without a refusal may or may not have been carried out."""
