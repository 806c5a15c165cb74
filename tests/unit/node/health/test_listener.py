"""Where probes find the agent: read, opened, refused."""

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.health.listener import open_health_listener, parse_health_address


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:9099", ("127.0.0.1", 9099)), ("[::1]:80", ("::1", 80)), ("0.0.0.0:65535", ("0.0.0.0", 65535))],
)
def test_an_address_and_a_port(text: str, address: tuple[str, int]) -> None:
    """IPv6 in brackets."""
    assert parse_health_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "9099", ":9099", "localhost:9099", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:"]
)
def test_what_is_none_is_refused(text: str) -> None:
    """No names: whether one can be looked up would decide whether the agent starts."""
    with pytest.raises(ValueError, match=r"is not a port|does not appear"):
        parse_health_address(text)


def test_a_port_that_is_taken_is_named_in_one_sentence() -> None:
    """With what to do."""
    with open_health_listener(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        sentence = rf"127\.0\.0\.1 port {port} cannot be used for health and metrics: Address already in use; choose"
        with pytest.raises(NodeError, match=sentence):
            open_health_listener(("127.0.0.1", port))
