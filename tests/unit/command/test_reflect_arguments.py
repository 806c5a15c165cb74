"""The words of ``bgpkit reflect``: what is wrong is told with what would be right."""

import argparse
import re

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Prefix
from bgpkit.command.reflect_arguments import add_arguments, families, listener, ranges

LEAST = ["--listen", "192.0.2.1:179", "--asn", "64512", "--router-id", "192.0.2.1", "--clients", "192.0.2.0/24"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("192.0.2.1:179", ("192.0.2.1", 179)),
        ("[2001:db8::1]:1790", ("2001:db8::1", 1790)),
        ("0.0.0.0:0", ("0.0.0.0", 0)),
    ],
)
def test_listeners(text: str, wanted: tuple[str, int]) -> None:
    """An address and a port, an IPv6 address in brackets."""
    assert listener(text) == wanted


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("192.0.2.1", "is not ADDRESS:PORT, such as 192.0.2.1:179"),
        ("192.0.2.1:bgp", "is not ADDRESS:PORT"),
        ("2001:db8::1:179", "is not ADDRESS:PORT"),
        ("192.0.2.1:65536", "port 65536 is more than 65535"),
        ("router:179", "'router' is not an IPv4 or IPv6 address"),
        (":179", "'' is not an IPv4 or IPv6 address"),
    ],
)
def test_what_is_no_listener(text: str, complaint: str) -> None:
    """The sentence shows how it is written."""
    with pytest.raises(argparse.ArgumentTypeError, match=complaint):
        listener(text)


def test_ranges_of_clients() -> None:
    """Both kinds of prefixes; each once; one with host bits and one that is none are named."""
    assert ranges("192.0.2.0/24, 2001:db8::/64,192.0.2.0/24") == (
        Prefix.parse("192.0.2.0/24"),
        Prefix.parse("2001:db8::/64"),
    )
    for text, complaint in (
        ("192.0.2.1/24", "192.0.2.1/24"),
        ("nonsense", "nonsense"),
        (" ,", "no range is named"),
    ):
        with pytest.raises(argparse.ArgumentTypeError, match=re.escape(complaint)):
            ranges(text)


def test_families() -> None:
    """By name, each once; an unknown one is told with those that there are."""
    assert families("ipv4-unicast,ipv6-unicast,ipv4-unicast") == (IPV4_UNICAST, IPV6_UNICAST)
    for text in ("ipv5-unicast", "afi-1-safi-200", ","):
        with pytest.raises(argparse.ArgumentTypeError, match=r"ipv4-unicast.*l2vpn-evpn"):
            families(text)


def test_what_need_not_be_said() -> None:
    """IPv4 unicast, 90 seconds, nothing in the kernel, no files."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    found = parser.parse_args(LEAST)
    assert (found.families, found.hold_time, found.install, found.count_file) == ((IPV4_UNICAST,), 90, False, None)
    assert found.listen == [("192.0.2.1", 179)]
    assert "removed" in parser.format_help()
