"""The keys that classes have."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bgpkit.configuration.document import Place, Value
from bgpkit.configuration.keys import keys_of, meant, required, written
from bgpkit.transport import Secret


@dataclass(frozen=True, kw_only=True)
class Inner:
    """A table inside another."""

    key: Secret | None = None


@dataclass(frozen=True, kw_only=True)
class Outer:
    """A table."""

    needed: int
    inner: Inner = field(default_factory=Inner)
    dialer: Callable[[str], int] | None = None
    made: int = field(default=1, init=False)


VALUE = Value("x", Place("a", 1), "key_file")


def test_fields_are_keys() -> None:
    """But for those that only a program can give, and with the ways to a secret."""
    assert keys_of(Outer) == ("needed", "inner")
    assert keys_of(Inner) == ("key", "key_file", "key_env")
    assert required(Outer) == ("needed",)


def test_a_key_is_for_its_field() -> None:
    """A secret's place is a table with one key."""
    assert written(Outer, "needed", VALUE) == ("needed", VALUE)
    assert written(Outer, "needed_file", VALUE) is None
    found = written(Inner, "key_file", VALUE)
    assert found is not None
    assert (found.field, found.value.plain()) == ("key", {"file": "x"})


def test_what_was_meant_is_guessed() -> None:
    """Hyphens for underscores, a letter too few, a key that belongs one table further in; else all are named."""
    known = ("hold_time", "prefix-sets")
    assert meant("hold-time", known) == "did you mean 'hold_time'?"
    assert meant("holdtime", known) == "did you mean 'hold_time'?"
    assert meant("prefix_sets", known) == "did you mean 'prefix-sets'?"
    assert meant("xyz", known) == "known: hold_time, prefix-sets"
    assert meant("key_file", known, Outer) == "it belongs inside 'inner': write inner.key_file"
