"""Random endpoints, policies and packets: few names and addresses, so that they often meet."""

from dataclasses import replace
from ipaddress import ip_address, ip_network
from math import inf
from typing import Final

from hypothesis import strategies as st

from bgpkit_node.policy.model import (
    Action,
    Address,
    Direction,
    Endpoint,
    IcmpMatch,
    Match,
    NamedPort,
    NetworkSet,
    Policy,
    PolicyId,
    PortRange,
    Profile,
    Rule,
    ServiceId,
    Tier,
)
from bgpkit_node.policy.program import AddressPort
from bgpkit_node.policy.state import PolicyState, Service, StateChange
from bgpkit_node.policy.verdict import Packet
from bgpkit_node.resources import Selector, parse_selector

NODES: Final = ("n1", "n2")

_LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"), max_size=3)
_TERMS = (
    "all()",
    "a == 'x'",
    "a == 'y'",
    "a != 'x'",
    "b == 'x'",
    "has(c)",
    "!has(b)",
    "b in {'x','z'}",
    "c not in {'y'}",
    "a starts with 'x'",
    "c in {}",
)
_SERVICE: Final = ServiceId("default", "web")
_PROTOCOLS = st.sampled_from([6, 17, 1])
V4: Final = tuple(ip_address(f"10.0.0.{host}") for host in range(1, 8))
V6: Final = tuple(ip_address(f"fd00::{host}") for host in range(1, 8))
_NODE_ADDRESSES: Final = {node: ip_address(f"192.0.2.{host}") for host, node in enumerate(NODES, 11)}
_OTHERS: Final = (*_NODE_ADDRESSES.values(), ip_address("203.0.113.9"), ip_address("2001:db8::9"))
NETS = st.lists(
    st.sampled_from([ip_network(net) for net in ("10.0.0.0/30", "10.0.0.4/32", "203.0.113.0/24", "fd00::/126")]),
    max_size=2,
).map(tuple)
_PORT: Final[tuple[PortRange | str, ...]] = (PortRange(80, 80), PortRange(80, 82), PortRange(443, 443), "web", "dns")
_PORTS = st.lists(st.sampled_from(_PORT), max_size=2).map(tuple)
_NAMED: Final = ((), (NamedPort("web", 6, 80),), (NamedPort("web", 6, 81), NamedPort("dns", 17, 53)))


@st.composite
def selectors(draw: st.DrawFn) -> Selector:
    """Draw a selector over the labels a, b and c."""
    terms = draw(st.lists(st.sampled_from(_TERMS), min_size=1, max_size=3))
    joint = draw(st.sampled_from([" && ", " || "]))
    text = joint.join(terms)
    return parse_selector(f"!({text})" if draw(st.booleans()) and len(terms) > 1 else text)


@st.composite
def matches(draw: st.DrawFn) -> Match:
    """Draw what a rule asks of one side; mostly little."""
    wants = draw(st.sets(st.sampled_from(["nets", "not", "selector", "not_selector", "ports", "service"]), max_size=2))
    return Match(
        nets=draw(NETS) if "nets" in wants else (),
        not_nets=draw(NETS) if "not" in wants else (),
        selector=draw(selectors()) if "selector" in wants else None,
        not_selector=draw(selectors()) if "not_selector" in wants else None,
        ports=draw(_PORTS) if "ports" in wants else (),
        not_ports=draw(_PORTS) if "not" in wants and "ports" in wants else (),
        service=_SERVICE if "service" in wants else None,
    )


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Draw a rule."""
    return Rule(
        name=draw(st.sampled_from(["ingress[0]", "ingress[1]"])),
        action=draw(st.sampled_from(Action)),
        ip_version=draw(st.sampled_from([None, None, None, 4, 6])),
        protocol=draw(st.none() | _PROTOCOLS),
        not_protocol=draw(st.sampled_from([None, None, None, 17])),
        icmp=draw(st.sampled_from([None, None, None, IcmpMatch(8), IcmpMatch(8, 0)])),
        not_icmp=draw(st.sampled_from([None, None, None, IcmpMatch(3)])),
        source=draw(matches()),
        destination=draw(matches()),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a policy out of a few ids."""
    early = draw(st.sampled_from(["", "", "", "forward", "untracked", "pre_dnat"]))
    return Policy(
        id=PolicyId("NetworkPolicy", "default", draw(st.sampled_from("pqrs"))),
        selector=draw(selectors()),
        directions=draw(st.sets(st.sampled_from(Direction), min_size=1).map(frozenset)),
        tier=draw(st.sampled_from(["default", "default", "kube-admin", "other"])),
        order=draw(st.sampled_from([10.0, 20.0, inf])),
        ingress=tuple(draw(st.lists(rules(), max_size=2))),
        egress=tuple(draw(st.lists(rules(), max_size=2))),
        staged=draw(st.sampled_from([False, False, False, True])),
        do_not_track=early == "untracked",
        pre_dnat=early == "pre_dnat",
        apply_on_forward=early == "forward",
    )


@st.composite
def endpoints(draw: st.DrawFn, number: int) -> Endpoint:
    """Draw the endpoint with a number, which gives its key and its addresses."""
    host = draw(st.sampled_from([False, False, False, True]))
    return Endpoint(
        key=f"default/{number}",
        node=draw(st.sampled_from(NODES)),
        labels=tuple(sorted(draw(_LABELS).items())),
        addresses=draw(st.sampled_from([(V4[number],), (V4[number], V6[number]), (V6[number],)])),
        ports=draw(
            st.sampled_from([(), (NamedPort("web", 6, 80),), (NamedPort("web", 6, 81), NamedPort("dns", 17, 53))])
        ),
        profiles=draw(st.sampled_from([(), ("kns.default",), ("gone",), ("other", "kns.default")])),
        interface=draw(st.sampled_from(["eth0", "*", ""])) if host else f"cali{number}",
        host=host,
    )


@st.composite
def states(draw: st.DrawFn) -> PolicyState:
    """Draw a whole state."""
    count = draw(st.integers(1, 4))
    members = [draw(endpoints(number)) for number in range(count)]
    chosen = draw(st.lists(policies(), max_size=3))
    nets = draw(st.lists(NETS, max_size=2))
    backends = st.sets(st.sampled_from([AddressPort(V4[0], 6, 80), AddressPort(V6[1], 17, 53)]))
    profiles = {"kns.default": Profile(name="kns.default", ingress=_everything(), egress=_everything())}
    if draw(st.booleans()):
        profiles["other"] = Profile(name="other", ingress=tuple(draw(st.lists(rules(), max_size=2))))
    return PolicyState(
        endpoints={member.key: member for member in members},
        policies={policy.id: policy for policy in chosen},
        tiers=draw(st.sampled_from([{}, {"other": Tier(name="other", order=50, default=Action.NEXT_TIER)}])),
        profiles=profiles if draw(st.booleans()) else {},
        network_sets={
            f"default/{index}": NetworkSet(key=f"default/{index}", labels=tuple(draw(_LABELS).items()), nets=each)
            for index, each in enumerate(nets)
        },
        services={_SERVICE: Service(id=_SERVICE, backends=frozenset(draw(backends)))} if draw(st.booleans()) else {},
        nodes={node: frozenset({address}) for node, address in _NODE_ADDRESSES.items()},
    )


@st.composite
def changes(draw: st.DrawFn) -> StateChange:
    """Draw a small change of a state: one or two things that come, change or go."""
    change = StateChange()
    for kind in draw(st.lists(st.sampled_from(["endpoint", "endpoint", "policy", "policy", "other"]), max_size=2)):
        goes = draw(st.sampled_from([False, False, True]))
        if kind == "endpoint":
            found = draw(endpoints(draw(st.integers(0, 4))))
            change = replace(change, endpoints={**change.endpoints, found.key: None if goes else found})
        elif kind == "policy":
            policy = draw(policies())
            change = replace(change, policies={**change.policies, policy.id: None if goes else policy})
        else:
            change = draw(_other_changes(goes=goes))
    return change


@st.composite
def _other_changes(draw: st.DrawFn, *, goes: bool) -> StateChange:
    kind = draw(st.sampled_from(["tier", "profile", "network set", "service", "node"]))
    match kind:
        case "tier":
            return StateChange(tiers={"other": None if goes else Tier(name="other", order=draw(st.integers(1, 9)))})
        case "profile":
            profile = Profile(name="other", egress=tuple(draw(st.lists(rules(), max_size=1))))
            return StateChange(profiles={"other": None if goes else profile})
        case "network set":
            nets = NetworkSet(key="default/0", labels=tuple(draw(_LABELS).items()), nets=draw(NETS))
            return StateChange(network_sets={nets.key: None if goes else nets})
        case "service":
            service = Service(id=_SERVICE, backends=frozenset({AddressPort(V4[draw(st.integers(0, 3))], 6, 80)}))
            return StateChange(services={_SERVICE: None if goes else service})
        case _:
            return StateChange(nodes={"n3": None if goes else frozenset({_OTHERS[2]})})


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    """Draw a packet between addresses of one family."""
    source = draw(st.sampled_from([*V4[:5], *V6[:5], *_OTHERS]))
    family: list[Address] = [each for each in (*V4[:5], *V6[:5], *_OTHERS) if each.version == source.version]
    protocol = draw(_PROTOCOLS)
    return Packet(
        source=source,
        destination=draw(st.sampled_from(family)),
        protocol=protocol,
        port=None if protocol == 1 else draw(st.sampled_from([53, 80, 81, 443])),
        source_port=None if protocol == 1 else draw(st.sampled_from([None, 80, 40000])),
        icmp=draw(st.sampled_from([IcmpMatch(8, 0), IcmpMatch(3, 1)])) if protocol == 1 else None,
    )


def seen_from(node: str, state: PolicyState) -> PolicyState:
    """Return a state with the endpoints of ``node`` marked as local."""
    endpoints = {key: replace(each, local=each.node == node) for key, each in state.endpoints.items()}
    return replace(state, endpoints=endpoints)


def _everything() -> tuple[Rule, ...]:
    return (Rule(name="allow"),)
