"""The table that keeps strangers out, as nft is told it."""

from ipaddress import ip_network

from bgpkit_node.tunnels.guard_table import rendered
from bgpkit_node.tunnels.senders import Guard
from bgpkit_node.tunnels.tunnel import IPIP, TUNNELS, VXLAN, VXLAN6

SENDERS = frozenset({ip_network("10.4.7.12/32"), ip_network("10.4.8.0/24"), ip_network("fd00:7::12/128")})


def lines(guard: Guard) -> list[str]:
    """Return the lines of the script."""
    return [line.strip() for line in rendered(guard).script.splitlines()]


def test_each_tunnel_has_a_rule_that_drops_what_no_node_has_wrapped() -> None:
    """Of its own IP version; those of tunnels that are not in use are another program's matter."""
    found = lines(Guard(tunnels=frozenset(TUNNELS), senders=SENDERS, port=4790))
    assert "elements = { 10.4.7.12, 10.4.8.0-10.4.8.255 }" in found
    assert "elements = { fd00:7::12 }" in found
    drops = {line.partition(" counter")[0] for line in found if " counter drop " in line}
    vxlan4, vxlan6 = (f"udp dport 4790 {ip} saddr != @nodes{version}" for ip, version in (("ip", 4), ("ip6", 6)))
    ipip = "meta l4proto 4 ip saddr != @nodes4"
    assert drops == {vxlan4, vxlan6, ipip}
    for tunnel, rule in ((IPIP, ipip), (VXLAN, vxlan4), (VXLAN6, vxlan6)):
        one = rendered(Guard(tunnels=frozenset({tunnel}), senders=SENDERS, port=4790))
        assert (one.rules, one.script.count(" counter drop "), rule in one.script) == (1, 1, True)


def test_the_comment_is_another_for_another_table_only() -> None:
    """By it a table that is in force is known again."""
    one = rendered(Guard(tunnels=frozenset({VXLAN}), senders=SENDERS, port=4789))
    assert f'comment "{one.comment}"' in one.script
    same = Guard(tunnels=frozenset({VXLAN}), senders=frozenset(sorted(SENDERS, key=str)), port=4789)
    assert rendered(same) == one
    others = (Guard(tunnels=frozenset({VXLAN}), senders=SENDERS, port=4790), Guard(tunnels=frozenset({VXLAN})))
    assert len({one.comment, *(rendered(each).comment for each in others)}) == 3
