"""Values of the wrong kind in options: told at once, in one sentence that shows no key."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import pytest

from bgpkit import PeerConfig
from bgpkit.errors import ConfigError
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType
from bgpkit.transport import AoKey, Secret, TransportOptions
from bgpkit.transport.field_kinds import check_kinds


class Colour(Enum):
    """A closed set."""

    RED = "red"


class Known(Protocol):
    """Known by its methods."""

    def speak(self) -> str:
        """Say something."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One field of each kind."""

    count: int = 1
    seconds: float = 1.0
    name: str | None = None
    open: bool = False
    colour: Colour = Colour.RED
    names: tuple[str, ...] = ()
    pairs: tuple[tuple[str, int], ...] = ()
    key: Secret | None = None
    call: Callable[[], int] | None = None
    known: Known | None = None


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"count": -1, "seconds": 2, "name": "", "open": True, "names": ("a", "b"), "pairs": (("a", 1),)},
        {"key": Secret("correct horse"), "call": 5, "known": 5},
    ],
)
def test_what_is_of_its_kind_passes(given: dict[str, Any]) -> None:
    """An int is a float, too; what cannot be told from outside is passed over."""
    check_kinds(Options(**given), "options")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"count": "1"}, "count '1' is not an int"),
        ({"count": 1.0}, "count 1.0 is not an int"),
        ({"count": True}, "count True is not an int"),
        ({"seconds": "1"}, "seconds '1' is not a float"),
        ({"seconds": float("nan")}, "seconds nan is not a float"),
        ({"seconds": float("inf")}, "seconds inf is not a float"),
        ({"seconds": False}, "seconds False is not a float"),
        ({"name": 5}, "name 5 is not a str or NoneType"),
        ({"open": 1}, "open 1 is not a bool"),
        ({"colour": "red"}, "colour 'red' is not a Colour"),
        ({"names": "ab"}, "names 'ab' is not a tuple of str"),
        ({"names": ["a"]}, "names of type list is not a tuple of str"),
        ({"names": ("a", 1)}, "names of type tuple is not a tuple of str"),
        ({"pairs": ["a"]}, "pairs of type list is not a tuple of tuple"),
        ({"key": "correct horse"}, "key is a str; wrap it in bgpkit.transport.Secret"),
        ({"key": {"key": "correct horse"}}, "key is a dict; wrap it in bgpkit.transport.Secret"),
    ],
)
def test_what_is_not_is_named(given: dict[str, Any], sentence: str) -> None:
    """By field and value, where the value can hold no key."""
    with pytest.raises(ConfigError) as raised:
        check_kinds(Options(**given), "options")
    assert str(raised.value) == f"options: {sentence}"


def test_a_key_that_nobody_wrapped_is_not_shown() -> None:
    """Wherever it was put."""
    key: Any = "correct horse"
    table: Any = {"md5_key": key}
    makers: tuple[Callable[[], object], ...] = (
        lambda: TransportOptions(md5_key=key),
        lambda: TransportOptions(ao_keys=(key,)),
        lambda: TransportOptions(ao_keys=table),
        lambda: AoKey(secret=key, send_id=1, receive_id=1),
        lambda: PeerConfig(address="192.0.2.1", asn=1, transport=table),
        lambda: BfdAuthentication(type=BfdAuthenticationType.SIMPLE, key=key),
    )
    for make in makers:
        with pytest.raises(ConfigError) as raised:
            make()
        assert "horse" not in str(raised.value)
