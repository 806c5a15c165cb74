"""What is asked of the kernel, and what it answered."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class Batch:
    """Changes of routes of one address width, each of another prefix, in columns: a row for each.

    A hundred thousand objects, one for each change, would take as long as the kernel takes for the routes.
    """

    width: int
    verbs: list[Verb] = field(default_factory=list[Verb])
    keys: list[bytes] = field(default_factory=list[bytes])
    forms: list[Forms] = field(default_factory=list[Forms])
    plain: bool = field(default=True, compare=False)
    """Each row adds where nothing was held, or replaces or removes the one form that was, under its metric."""
    observed: int = field(default=0, compare=False)
    """How much had been observed when it was decided."""
    _prefixes: frozenset[bytes] = field(default=frozenset(), init=False, repr=False, compare=False)

    @property
    def prefixes(self) -> frozenset[bytes]:
        """The keys of all rows; remembered."""
        if len(self._prefixes) < len(self.keys):
            self._prefixes = frozenset(self.keys)
        return self._prefixes

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.keys)

    def __iter__(self) -> Iterator[Operation]:
        """Walk the rows."""
        for verb, key, forms in zip(self.verbs, self.keys, self.forms, strict=True):
            yield Operation(verb, self.width, key, forms)

    @property
    def verb(self) -> Verb | None:
        """The verb of all rows; None where they have several."""
        verbs = self.verbs
        return verbs[0] if verbs and verbs.count(verbs[0]) == len(verbs) else None

    def row(self, place: int) -> Operation:
        """Return one row."""
        return Operation(self.verbs[place], self.width, self.keys[place], self.forms[place])

    def extend(self, verbs: Iterable[Verb], keys: Iterable[bytes], forms: Iterable[Forms]) -> None:
        """Add rows that are plain."""
        self.verbs += verbs
        self.keys += keys
        self.forms += forms

    def add(self, verb: Verb, key: bytes, forms: Forms) -> None:
        """Add a row that is not plain."""
        self.verbs.append(verb)
        self.keys.append(key)
        self.forms.append(forms)
        self.plain = False

    def cut(self, start: int, stop: int) -> "Batch":
        """Return the rows from ``start`` to ``stop``."""
        return Batch(self.width, self.verbs[start:stop], self.keys[start:stop], self.forms[start:stop])

    def without(self, verb: Verb) -> "Batch":
        """Return the rows of other verbs."""
        kept = [place for place, each in enumerate(self.verbs) if each is not verb]
        verbs, keys = [self.verbs[place] for place in kept], [self.keys[place] for place in kept]
        return Batch(self.width, verbs, keys, [self.forms[place] for place in kept], self.plain, self.observed)


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

    @property
    def fine(self) -> bool:
        """Whether all has been carried out."""
        return self.complete and not self.refused
