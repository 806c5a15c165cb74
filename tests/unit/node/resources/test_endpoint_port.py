"""Named ports and profiles of endpoints."""

import pytest

from bgpkit_node.resources.endpoint_port import check_port, check_profiles


@pytest.mark.parametrize("protocol", ["TCP", "UDP", "SCTP", "ICMPv6", 6, 255, "17"])
def test_a_protocol_is_a_name_or_a_number(protocol: int | str) -> None:
    """Those of the kernel."""
    assert not list(check_port("p", "http", protocol))


@pytest.mark.parametrize("protocol", ["tcp", "HTTP", 0, 256, "", "0"])
def test_another_protocol_is_refused(protocol: int | str) -> None:
    """Names are written as they are."""
    (fault,) = check_port("p", "http", protocol)
    assert fault.field == "p.protocol"


def test_a_port_needs_a_name() -> None:
    """Rules refer to it."""
    (fault,) = check_port("p", "", "TCP")
    assert fault.field == "p.name"


def test_a_profile_is_named_once() -> None:
    """And not by an empty text."""
    assert not list(check_profiles(("a", "b")))
    faults = [(fault.field, fault.text) for fault in check_profiles(("a", "", "a"))]
    assert faults == [("spec.profiles[1]", "cannot be empty"), ("spec.profiles[2]", "a is given twice")]
