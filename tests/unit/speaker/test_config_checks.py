"""What a peer cannot be told to be: one sentence for each."""

from typing import Any

import pytest

from bgpkit import IPV4_UNICAST, ConfigError, PeerConfig
from bgpkit.speaker.config_checks import peer_address


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"address": "router"}, "peer address 'router' is not an IPv4 or IPv6 address"),
        ({"address": "0.0.0.0"}, r"peer address 0\.0\.0\.0 is not that of one host"),
        ({"address": "ff02::1"}, r"peer address ff02::1 is not that of one host"),
        ({"address": "255.255.255.255"}, r"peer address 255\.255\.255\.255 is not that of one host"),
        ({"address": "::ffff:192.0.2.1"}, r"peer address ::ffff:c000:201 is an IPv4 address in .*; say 192\.0\.2\.1"),
        ({"asn": 0}, r"peer 192\.0\.2\.1: asn 0 is not between 1 and 4294967295 \(AS 0: RFC 7607\)"),
        ({"asn": 2**32}, r"peer 192\.0\.2\.1: asn 4294967296 is not between .*"),
        ({"port": 0}, r"peer 192\.0\.2\.1: port 0 is not between 1 and 65535"),
        ({"hold_time": 2}, r"peer 192\.0\.2\.1: hold_time 2 is neither 0 nor between 3 and 65535 seconds"),
        ({"connect_retry_time": 0}, r"peer 192\.0\.2\.1: connect_retry_time 0 is not more than 0 seconds"),
        ({"delay_open_time": 241}, r"peer 192\.0\.2\.1: delay_open_time 241 is not between 0 and 240 seconds"),
        ({"idle_hold_time": -1}, r"peer 192\.0\.2\.1: idle_hold_time -1 is not between 0 and 3600 seconds"),
        ({"send_hold_time": 90}, r"peer 192\.0\.2\.1: send_hold_time 90 is neither 0 nor more than hold_time 90"),
        ({"restart_time": 4096}, r"peer 192\.0\.2\.1: restart_time 4096 is not between 0 and 4095 seconds"),
        ({"families": ()}, r"peer 192\.0\.2\.1: families is empty; name at least one, such as ipv4-unicast"),
        ({"families": (IPV4_UNICAST,) * 2}, r"peer 192\.0\.2\.1: families names one of them twice; name each once"),
        ({"local_address": "eth0"}, r"peer 192\.0\.2\.1: local_address 'eth0' is not an IPv4 or IPv6 address"),
        ({"strict_role": True}, r"peer 192\.0\.2\.1: strict_role asks for the peer's role; say ours with role .*"),
        ({"local_address": "::1"}, r"peer 192\.0\.2\.1: local_address ::1 is not of the peer's IP version, 4"),
        ({"address": "fe80::1"}, r"peer fe80::1: address fe80::1 is link-local; say on which interface, .*"),
        ({"address": "fe80::1%2"}, r"peer fe80::1%2: address fe80::1%2 numbers its interface; name it, .*"),
    ],
)
def test_what_cannot_be_is_one_sentence(arguments: dict[str, Any], sentence: str) -> None:
    """ConfigError names peer, field, value and what is allowed."""
    given: dict[str, Any] = {"address": "192.0.2.1", "asn": 64512} | arguments
    with pytest.raises(ConfigError, match=f"^{sentence}$"):
        PeerConfig(**given)


def test_an_address_has_one_spelling() -> None:
    """That of the sockets, an interface kept."""
    assert peer_address("2001:DB8:0::1") == "2001:db8::1"
    assert peer_address("fe80:0::1%eth0") == "fe80::1%eth0"


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("advertise", "all", "Best or BestExternal or AddPathAll"),
        ("next_hop_self", True, "NextHopSelf"),
        ("private_as", "remove", "PrivateAs"),
        ("max_prefixes_out_action", "close", "MaxPrefixesAction"),
        ("max_prefixes_in", 100, "PrefixLimit or NoneType"),
        ("role", 3, "BgpRole or NoneType"),
        ("cluster_id", "10.0.0.1", "IPv4Address or NoneType"),
        ("transport", None, "TransportOptions"),
        ("asn", "64512", "int"),
        ("hold_time", None, "int"),
        ("connect_retry_time", float("nan"), "float"),
        ("local_address", 5, "str or NoneType"),
    ],
)
def test_a_value_of_another_kind_is_refused_at_once(field: str, value: Any, kind: str) -> None:
    """Its fault would show late: in the routes of other peers, or as nothing at all."""
    fields: dict[str, Any] = {"address": "192.0.2.1", "asn": 64512, field: value}
    with pytest.raises(ConfigError, match=f"^peer 192.0.2.1: {field} {value!r} is not an? {kind}"):
        PeerConfig(**fields)
