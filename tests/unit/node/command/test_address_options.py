"""Options and variables with which an agent starts: what is wrong with them is said before anything is done."""

from pathlib import Path

import pytest

from tests.support.commands import asked


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        ((), {"IP": "10.4.7"}, "--ip (IP): '10.4.7' is not an IPv4 address with its subnet"),
        (("--ip6", "10.4.7.1"), {}, "--ip6 (IP6): '10.4.7.1' is not an IPv6 address"),
        (
            ("--ip-autodetection-method", "eth0"),
            {"IP_AUTODETECTION_METHOD": "first-found"},
            "--ip-autodetection-method (IP_AUTODETECTION_METHOD): 'eth0' is no way to find an address",
        ),
        (
            (),
            {"IP6_AUTODETECTION_METHOD": "interface=["},
            "--ip6-autodetection-method (IP6_AUTODETECTION_METHOD): '[' is not a regular expression",
        ),
        (("--router-id", "fd00::1"), {}, "'fd00::1' is neither an IPv4 address nor hash"),
        ((), {"CALICO_ROUTER_ID": "0.0.0.0"}, "0.0.0.0 cannot be a BGP Identifier"),
    ],
)
def test_a_wrong_value_is_named_with_option_and_variable(
    words: tuple[str, ...], environment: dict[str, str], sentence: str
) -> None:
    """Whichever of the two it came by; the option counts when both are there."""
    answer = asked("agent", *words, environment=environment)
    assert (answer.status, answer.out) == (2, "")
    assert sentence in answer.err.splitlines()[-1]


def test_a_bad_value_of_a_first_pool_stops_the_start(tmp_path: Path) -> None:
    """One sentence that names the variable, and nothing is made. walkthrough 3."""
    environment = {"CALICO_IPV4POOL_IPIP": "Sometimes"}
    answer = asked("agent", datastore=tmp_path / "d", environment=environment)
    answer.assert_refused("CALICO_IPV4POOL_IPIP is 'Sometimes': write Never (or Off), Always or CrossSubnet")
    assert list(tmp_path.iterdir()) == []
