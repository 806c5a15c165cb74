"""What a trace tells, in words and in values, and which of it is wished for."""

import json
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from bgpkit_node.command.policy_trace_lines import TraceWish, json_of, line_of
from bgpkit_node.policy.model import Address, Direction, IcmpMatch
from bgpkit_node.policy_trace import Happening, Head
from bgpkit_node.policy_trace.account import What

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)
TCP = Head(ip_address("10.0.0.1"), ip_address("10.0.0.2"), 6, 1024, 80)
PING = Head(ip_address("fd00::1"), ip_address("fd00::9"), 58, icmp=IcmpMatch(128, 0))
BY_RULE = Happening(
    what=What.DENIED, head=TCP, direction=Direction.INGRESS, policy="NetworkPolicy(a/p)", rule="ingress[0]", tier="t"
)


def named(address: Address) -> str:
    """Return the names of two pods and a node."""
    return {"10.0.0.1": "a/one", "10.0.0.2": "b/two", "fd00::1": "node/n1"}.get(str(address), "")


def test_a_line_has_time_ends_and_the_rule() -> None:
    """Names as far as there are any; ICMP has type and code instead of ports."""
    assert line_of(BY_RULE, named, NOW) == (
        "03:04:05.678 denied TCP a/one (10.0.0.1:1024) -> b/two (10.0.0.2:80), "
        "ingress: ingress[0] of NetworkPolicy(a/p) in tier t"
    )
    other = Happening(what=What.DENIED, head=PING, reason="not by a policy: table x, chain y drops it")
    assert line_of(other, named, NOW) == (
        "03:04:05.678 denied ICMPv6 type 128 code 0 node/n1 (fd00::1) -> fd00::9, "
        "not by a policy: table x, chain y drops it"
    )
    six = PING._replace(protocol=6, source_port=1, port=2, icmp=None)
    profile = Happening(what=What.LOGGED, head=six, direction=Direction.EGRESS, policy="Profile(x)", rule="allow")
    assert line_of(profile, named, NOW).endswith("node/n1 ([fd00::1]:1) -> [fd00::9]:2, egress: allow of Profile(x)")


def test_the_values_are_the_same_in_json() -> None:
    """What there is nothing of is null."""
    told = json.loads(json_of(BY_RULE, named, NOW))
    assert told == {
        "time": "2026-01-02T03:04:05.678+00:00",
        "what": "denied",
        "source": "10.0.0.1",
        "source_name": "a/one",
        "source_port": 1024,
        "destination": "10.0.0.2",
        "destination_name": "b/two",
        "port": 80,
        "protocol": "TCP",
        "icmp": None,
        "direction": "ingress",
        "tier": "t",
        "policy": "NetworkPolicy(a/p)",
        "rule": "ingress[0]",
        "reason": None,
    }
    ping = json.loads(json_of(Happening(what=What.DENIED, head=PING, reason="x"), named, NOW))
    assert (ping["icmp"], ping["port"], ping["destination_name"]) == ({"type": 128, "code": 0}, None, None)


@pytest.mark.parametrize(
    ("wish", "covered"),
    [
        (TraceWish(), True),
        (TraceWish(pods=frozenset({"a/one"})), True),
        (TraceWish(pods=frozenset({"b/two", "x/y"})), True),
        (TraceWish(pods=frozenset({"a/two"})), False),
        (TraceWish(namespaces=frozenset({"b"})), True),
        (TraceWish(namespaces=frozenset({"c"})), False),
        (TraceWish(pods=frozenset({"x/y"}), namespaces=frozenset({"a"})), True),
        (TraceWish(ports=frozenset({(6, 80)})), True),
        (TraceWish(ports=frozenset({(6, None)})), True),
        (TraceWish(ports=frozenset({(17, 80), (6, 81)})), False),
        (TraceWish(pods=frozenset({"a/one"}), ports=frozenset({(6, 81)})), False),
    ],
)
def test_a_wish_covers_either_end_and_the_port(wish: TraceWish, covered: bool) -> None:
    """Pods and namespaces are alternatives, ports a condition of their own."""
    assert wish.covers(BY_RULE, named) is covered
