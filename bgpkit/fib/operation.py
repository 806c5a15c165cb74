"""What is asked of the kernel, and what it answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

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
