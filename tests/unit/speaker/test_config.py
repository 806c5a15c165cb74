"""What a peer can be told to be, and what a change costs."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, ChangePlan, ConfigError, PeerConfig, plan_change
from bgpkit.adj_rib_out import NextHopSelf
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL
from tests.support.speakers import EVERYTHING

CONFIG = PeerConfig(address="192.0.2.1", asn=64512)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"address": "router"}, "peer address 'router' is not an IPv4 or IPv6 address"),
        ({"asn": 0}, r"peer 192\.0\.2\.1: asn 0 is not between 1 and 4294967295 \(AS 0: RFC 7607\)"),
        ({"asn": 2**32}, r"peer 192\.0\.2\.1: asn 4294967296 is not between .*"),
        ({"port": 0}, r"peer 192\.0\.2\.1: port 0 is not between 1 and 65535"),
        ({"hold_time": 2}, r"peer 192\.0\.2\.1: hold_time 2 is neither 0 nor between 3 and 65535 seconds"),
        ({"connect_retry_time": 0}, r"peer 192\.0\.2\.1: connect_retry_time 0 is not more than 0 seconds"),
        ({"restart_time": 4096}, r"peer 192\.0\.2\.1: restart_time 4096 is not between 0 and 4095 seconds"),
        ({"families": ()}, r"peer 192\.0\.2\.1: families is empty; name at least one, such as ipv4-unicast"),
        ({"families": (IPV4_UNICAST,) * 2}, r"peer 192\.0\.2\.1: families names one of them twice; name each once"),
        ({"local_address": "eth0"}, r"peer 192\.0\.2\.1: local_address 'eth0' is not an IPv4 or IPv6 address"),
        ({"local_address": "::1"}, r"peer 192\.0\.2\.1: local_address ::1 is not of the peer's IP version, 4"),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments: dict[str, Any], sentence: str) -> None:
    """ConfigError names peer, field, value and what is allowed."""
    given: dict[str, Any] = {"address": "192.0.2.1", "asn": 64512} | arguments
    with pytest.raises(ConfigError, match=f"^{sentence}$"):
        PeerConfig(**given)


def test_an_ipv6_address_has_one_spelling() -> None:
    """However it was written, the address is that of the sockets: the shortest form."""
    assert PeerConfig(address="2001:DB8:0::0:1", asn=1).address == "2001:db8::1"
    assert PeerConfig(address="fe80:0::1%eth0", asn=1).address == "fe80::1%eth0"


@pytest.mark.rfc("8212", "2")
def test_external_peers_get_and_give_nothing_by_default() -> None:
    """Without an explicit policy nothing is imported from or exported to an EBGP peer; internal ones get all."""
    assert CONFIG.policies(external=True) == (REJECT_ALL, REJECT_ALL)
    assert CONFIG.policies(external=False) == (ACCEPT_ALL, ACCEPT_ALL)
    explicit = replace(CONFIG, import_policy=EVERYTHING, export_policy=EVERYTHING)
    assert explicit.policies(external=True) == (EVERYTHING, EVERYTHING)


@pytest.mark.parametrize(
    ("change", "plan"),
    [
        ({}, ChangePlan.NONE),
        ({"description": "core"}, ChangePlan.NONE),
        ({"connect_retry_time": 9.0}, ChangePlan.NONE),
        ({"passive": True}, ChangePlan.NONE),
        ({"restart_time": 9}, ChangePlan.NONE),
        ({"route_reflector_client": True}, ChangePlan.SOFT),
        ({"cluster_id": IPv4Address("10.0.0.9")}, ChangePlan.SOFT),
        ({"next_hop_self": NextHopSelf.EXTERNAL}, ChangePlan.SOFT),
        ({"next_hops": (IPv4Address("10.0.0.9"),)}, ChangePlan.SOFT),
        ({"import_policy": EVERYTHING}, ChangePlan.SOFT),
        ({"export_policy": EVERYTHING}, ChangePlan.SOFT),
        ({"export_policy": EVERYTHING, "description": "core"}, ChangePlan.SOFT),
        ({"asn": 64513}, ChangePlan.RESET),
        ({"port": 1790}, ChangePlan.RESET),
        ({"local_address": "192.0.2.9"}, ChangePlan.RESET),
        ({"families": (IPV6_UNICAST,)}, ChangePlan.RESET),
        ({"hold_time": 30}, ChangePlan.RESET),
        ({"graceful_restart": False}, ChangePlan.RESET),
        ({"hold_time": 30, "export_policy": EVERYTHING}, ChangePlan.RESET),
    ],
)
def test_the_plan_is_the_most_that_any_changed_field_asks_for(change: dict[str, Any], plan: ChangePlan) -> None:
    """What an OPEN carries resets, what concerns routes is soft, the rest is nothing to the session."""
    assert plan_change(CONFIG, replace(CONFIG, **change)) is plan


@pytest.mark.parametrize(
    ("family", "local", "named", "expected"),
    [
        (IPV4_UNICAST, "10.0.0.1", (), "10.0.0.1"),
        (IPV6_UNICAST, "2001:db8::1", (), "2001:db8::1"),
        (IPV6_UNICAST, "fe80::1%eth0", (), "fe80::1"),
        (IPV6_UNICAST, "10.0.0.1", (), "::ffff:10.0.0.1"),
        (IPV6_UNICAST, "10.0.0.1", (IPv4Address("10.0.0.9"), IPv6Address("2001:db8::9")), "2001:db8::9"),
        (IPV4_UNICAST, "2001:db8::1", (IPv4Address("10.0.0.9"),), "10.0.0.9"),
    ],
)
def test_our_next_hop_is_of_the_family_of_the_routes(
    family: Any, local: str, named: tuple[IPv4Address | IPv6Address, ...], expected: str
) -> None:
    """The session's own address where it fits, else one that was named, else the mapped form."""
    address = IPv6Address(expected) if ":" in expected else IPv4Address(expected)
    assert replace(CONFIG, next_hops=named).next_hop(family, local) == address.packed


def test_there_is_no_ipv4_next_hop_on_an_ipv6_session_unless_named() -> None:
    """An IPv6 address cannot stand in for an IPv4 next hop without RFC 8950."""
    assert CONFIG.next_hop(IPV4_UNICAST, "2001:db8::1") is None


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("advertise", "all", "Best or BestExternal or AddPathAll"),
        ("next_hop_self", True, "NextHopSelf"),
        ("private_as", "remove", "PrivateAs"),
        ("max_prefixes_out_action", "close", "MaxPrefixesAction"),
        ("cluster_id", "10.0.0.1", "IPv4Address or NoneType"),
    ],
)
def test_a_value_of_another_kind_is_refused_at_once(field: str, value: Any, kind: str) -> None:
    """Its fault would show late: in the routes of other peers, or as nothing at all."""
    fields: dict[str, Any] = {"address": "192.0.2.1", "asn": 64512, field: value}
    with pytest.raises(ConfigError, match=f"^peer 192.0.2.1: {field} {value!r} is not a {kind}"):
        PeerConfig(**fields)
