"""Small things that are printed."""

import pytest

from bgpkit.command.items import Endpoint, state_name


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        (Endpoint("192.0.2.1", 179), "192.0.2.1:179"),
        (Endpoint("2001:db8::1", 179), "[2001:db8::1]:179"),
        (Endpoint("2001:db8::1", asn=64512), "2001:db8::1 AS64512"),
        (Endpoint("192.0.2.1"), "192.0.2.1"),
    ],
)
def test_an_endpoint_is_written_as_people_do(endpoint: Endpoint, text: str) -> None:
    """An IPv6 address before a port stands in brackets."""
    assert str(endpoint) == text


def test_states_have_their_names() -> None:
    """RFC 6396, section 4.4.1, numbers them from 1; some programs write others."""
    assert [state_name(number) for number in (1, 4, 6, 7)] == ["Idle", "OpenSent", "Established", "state 7"]
