"""Filters of redistribution: what they say, and what they cannot say."""

from typing import Any

import pytest

from bgpkit.errors import ConfigError
from bgpkit.fib import RedistributionFilter


def test_protocols_are_names_numbers_and_local() -> None:
    """The last is none of them."""
    chosen = RedistributionFilter(protocols=("connected", 188, "local"))
    assert (chosen.numbers, chosen.local) == (frozenset({2, 188}), True)
    assert not RedistributionFilter(protocols=("static",)).local


@pytest.mark.parametrize(
    ("patterns", "taken"),
    [
        ((), {"eth0", "eth1", "docker0"}),
        (("eth*",), {"eth0", "eth1"}),
        (("eth*", "!eth1"), {"eth0"}),
        (("!docker?",), {"eth0", "eth1"}),
        (("!eth*", "eth0"), set[str]()),
        (("eth[1-9]", "docker0"), {"eth1", "docker0"}),
    ],
)
def test_patterns_name_interfaces_and_leave_some_out(patterns: tuple[str, ...], taken: set[str]) -> None:
    """What is left out stays out, wherever it stands."""
    chosen = RedistributionFilter(protocols=("static",), interfaces=patterns)
    assert {name for name in ("eth0", "eth1", "docker0") if chosen.takes_interface(name)} == taken


_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"protocols": ()}, "protocols is empty"),
    ({"protocols": ("statc",)}, "protocols: there is no routing protocol 'statc'"),
    ({"interfaces": ("!",)}, "interfaces: '!' is no pattern"),
    ({"interfaces": ("",)}, "interfaces: '' is no pattern"),
    ({"kinds": frozenset()}, "kinds is empty"),
    ({"lowest_metric": 2, "highest_metric": 1}, "lowest_metric 2 and highest_metric 1 are no range"),
    ({"highest_metric": 1 << 32}, "lowest_metric 0 and highest_metric 4294967296 are no range"),
    ({"lowest_metric": -1}, "lowest_metric -1"),
]


@pytest.mark.parametrize(("fields", "words"), _REFUSED)
def test_what_cannot_be_is_refused(fields: dict[str, Any], words: str) -> None:
    """With the field and the cure."""
    fields.setdefault("protocols", ("static",))
    with pytest.raises(ConfigError) as caught:
        RedistributionFilter(**fields)
    assert str(caught.value).startswith(words)
