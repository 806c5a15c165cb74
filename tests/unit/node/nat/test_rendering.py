"""The table of translations."""

from ipaddress import IPv4Address, ip_network

from bgpkit_node.nat import OutgoingNat
from bgpkit_node.nat.rendering import rendered

SOURCES = frozenset({ip_network("10.244.0.0/16"), ip_network("fd00::/64")})


def test_the_table_says_who_is_translated_and_towards_whom_not() -> None:
    """Sets and rules for both IP versions, and the comment that stands for all of it."""
    nat = OutgoingNat(sources=SOURCES, untouched=SOURCES | {ip_network("192.168.1.0/24")})
    found = rendered(nat)
    assert found.script.startswith("add table inet bgpkit-nat\ndelete table inet bgpkit-nat\ntable inet bgpkit-nat {")
    lines = [line.strip() for line in found.script.splitlines()]
    assert f'comment "{found.comment}"' in lines
    assert "elements = { 10.244.0.0-10.244.255.255, 192.168.1.0-192.168.1.255 }" in lines
    assert "type nat hook postrouting priority srcnat + 10; policy accept;" in lines
    for version, word in ((4, "ip"), (6, "ip6")):
        assert f"{word} saddr @sources{version} {word} daddr != @untouched{version} goto leaving{version}" in lines
    assert lines.count('counter masquerade fully-random comment "natOutgoing"') == 2
    assert found.rules == 4


def test_ports_address_and_interface_are_words_of_the_rules() -> None:
    """The address is for IPv4 alone; ports are for what has ports, the rest is translated without."""
    nat = OutgoingNat(sources=SOURCES, ports=(1000, 2000), address=IPv4Address("192.0.2.1"), interface="eth*")
    found = rendered(nat)
    lines = [line.strip() for line in found.script.splitlines()]
    ports = "meta l4proto { tcp, udp, sctp } counter"
    for rule in (
        f"{ports} snat ip to 192.0.2.1:1000-2000",
        "counter snat ip to 192.0.2.1",
        f"{ports} masquerade to :1000-2000",
        "counter masquerade",
    ):
        assert f'{rule} fully-random comment "natOutgoing"' in lines
    assert 'ip saddr @sources4 ip daddr != @untouched4 oifname "eth*" goto leaving4' in lines
    assert found.rules == 6


def test_the_comment_is_another_for_another_table_only() -> None:
    """Whatever the order of what is in it."""
    one = rendered(OutgoingNat(sources=SOURCES))
    assert rendered(OutgoingNat(sources=frozenset(sorted(SOURCES, key=str, reverse=True)))) == one
    assert len({rendered(each).comment for each in (OutgoingNat(), OutgoingNat(sources=SOURCES, ports=(1, 2)))}) == 2
    assert rendered(OutgoingNat()).comment != one.comment
