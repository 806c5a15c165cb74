"""What a bound on the routes of a peer can be."""

from typing import Any

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, ConfigError
from bgpkit.speaker.prefix_limit import PrefixLimit, PrefixLimitAction


def test_a_family_may_have_a_bound_of_its_own() -> None:
    """The others have the common one."""
    limit = PrefixLimit(maximum=100, of_family=((IPV6_UNICAST, 7),))
    assert (limit.of(IPV4_UNICAST), limit.of(IPV6_UNICAST)) == (100, 7)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"maximum": 0}, "prefix limit: 0 routes are not between 1 and 4294967295"),
        ({"of_family": ((IPV4_UNICAST, 2**32),)}, "prefix limit: 4294967296 routes are not between 1 and 4294967295"),
        ({"of_family": ((IPV4_UNICAST, 1), (IPV4_UNICAST, 2))}, "prefix limit: of_family names a family twice; .*"),
        ({"warning_percent": 101}, "prefix limit: warning_percent 101 is not between 1 and 100"),
        ({"restart_seconds": 0}, "prefix limit: restart_seconds 0 is not more than 0"),
        ({"maximum": "100"}, "prefix limit: maximum '100' is not an int"),
        ({"action": "shutdown"}, "prefix limit: action 'shutdown' is not a PrefixLimitAction"),
    ],
)
def test_what_cannot_be_is_one_sentence(fields: dict[str, Any], sentence: str) -> None:
    """ConfigError names the field and the value."""
    given: dict[str, Any] = {"maximum": 100} | fields
    with pytest.raises(ConfigError, match=f"^{sentence}$"):
        PrefixLimit(**given)


def test_a_limit_is_said_in_a_phrase() -> None:
    """With what happens beyond it."""
    warns = PrefixLimit(maximum=9, of_family=((IPV6_UNICAST, 7),), action=PrefixLimitAction.WARN)
    assert str(warns) == "9, ipv6-unicast 7, at 75 percent a warning, beyond it warn"
    assert str(PrefixLimit(maximum=9)) == "9, at 75 percent a warning, beyond it restart after 300 s"
