"""Ports of rules: numbers, ranges and names."""

import pytest

from bgpkit_node.resources.rule_port import parse_rule_port


@pytest.mark.parametrize(
    ("port", "wanted"),
    [
        (80, range(80, 81)),
        ("80", range(80, 81)),
        (65535, range(65535, 65536)),
        ("1:65535", range(1, 65536)),
        ("443:443", range(443, 444)),
        ("web", "web"),
        ("Web_1.x-y", "Web_1.x-y"),
        ("80-90", "80-90"),
    ],
)
def test_a_port_is_a_number_a_range_or_a_name(port: int | str, wanted: range | str) -> None:
    """A number may be written as a text."""
    assert parse_rule_port(port) == wanted


@pytest.mark.parametrize(
    "port", [0, -1, 65536, "0", "0:80", "90:80", "1:65536", "", ":80", "80:", "a b", "x" * 129, "800000"]
)
def test_anything_else_is_refused(port: int | str) -> None:
    """In one sentence that says what to write."""
    with pytest.raises(ValueError, match=r"80:90"):
        parse_rule_port(port)
