"""What is written for nftables, read by a small model of it, against the evaluator; changes against a fresh start."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import Element
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.nft.table_change import TableChange
from bgpkit_node.policy import Evaluator, Packet, PolicyEngine, PolicyState, changes_between, program_of_state
from bgpkit_node.policy.model import Address
from bgpkit_node.policy.node_wires import NodeWires, Way
from bgpkit_node.policy.program import NodeProgram
from tests.properties.policy_enforceable import enforceable, with_interfaces, with_one_way
from tests.properties.policy_engine_strategies import NODES, V4, V6, packets, seen_from, states
from tests.support.nft_model import passes

_ICMP = 1


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(states(), st.lists(packets(), min_size=5, max_size=20))
def test_the_rules_let_pass_what_the_evaluator_allows(drawn: PolicyState, flows: list[Packet]) -> None:
    """On all nodes together, for every packet of pods, of nodes and of others."""
    state = with_one_way(enforceable(drawn))
    evaluator = Evaluator(state)
    renderings = {node: _rendered(program_of_state(node, seen_from(node, state))) for node in NODES}
    assert not any(rendering.faults for rendering in renderings.values())
    for packet in flows:
        if packet.protocol == _ICMP and packet.source.version == 6:
            continue
        found = all(_passes(node, rendering, packet, state) for node, rendering in renderings.items())
        assert found is evaluator.verdict(packet).allowed, packet


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(states(), min_size=2, max_size=4))
def test_changes_lead_to_the_table_of_a_fresh_start(history: list[PolicyState]) -> None:
    """And what a change says is exactly what differs."""
    engine = PolicyEngine("n1")
    before, rendering = PolicyState(), None
    for drawn in history:
        after = seen_from("n1", enforceable(drawn))
        change = engine.apply(changes_between(before, after))
        before = after
        fresh = _rendered(engine.program())
        if rendering is None or not rendering.serves(change) or rendering.versions != fresh.versions:
            rendering = fresh
            continue
        chains, held = dict(rendering.chains), {name: set(found) for name, found in rendering.elements.items()}
        _assert_follows(rendering.update(change), chains, held, rendering)
        for name, found in fresh.elements.items():
            assert rendering.elements[name] == found
        assert rendering.chains == fresh.chains
        assert rendering.faults == fresh.faults
        assert rendering.sets.keys() >= fresh.sets.keys()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    states(),
    st.sets(st.sampled_from(["eth0", "eth1", "*"]), min_size=1),
    st.lists(packets(), min_size=10, max_size=20),
    st.lists(st.booleans(), min_size=64, max_size=64),
)
def test_a_node_that_knows_its_routes_judges_a_packet_as_its_own_rules_do(
    drawn: PolicyState, interfaces: set[str], flows: list[Packet], ways: list[bool]
) -> None:
    """Whatever interfaces it has, and whoever the packet is of: its own, its pods', or those that it forwards."""
    state = seen_from("n1", with_interfaces(enforceable(drawn), interfaces))
    here = {key: each for key, each in state.endpoints.items() if each.local}
    own = state.nodes["n1"].union(*(each.addresses for each in here.values() if each.host))
    pods = {one: each.interface for each in here.values() if not each.host for one in each.addresses}

    def way(address: Address) -> Way:
        """Return the way to an address: by the interface of its pod, or by one of two others."""
        return Way(pods.get(address, "eth1" if ways[int(address) % 64] else "eth0"), own=address in own)

    rendering = Rendering(
        program_of_state("n1", state), EnforcementSettings(), {one: way(one).interface for one in own}
    )
    wires = NodeWires("n1", state, rendering.hosts(), way)
    evaluator = Evaluator(state, wires=wires, asked=here)
    for packet in flows:
        ends = (packet.source, packet.destination)
        within_another = len({wires.node(each) for each in ends}) == 1 and wires.node(packet.source) not in {"", "n1"}
        if set(ends) <= own or within_another or (packet.protocol == _ICMP and packet.source.version == 6):
            continue
        iif, oif = ("" if address in own else way(address).interface for address in ends)
        assert passes(rendering, packet, iif, oif) is evaluator.verdict(packet).allowed, packet


def _assert_follows(
    done: TableChange, chains: dict[str, Chain], held: dict[str, set[Element]], rendering: Rendering
) -> None:
    """Fail unless the change makes of what was there what is there now."""
    for name in done.gone_chains:
        del chains[name]
    assert chains | done.chains == rendering.chains
    for name in done.gone_sets:
        del held[name]
    for name, removed in done.removed.items():
        assert removed <= held.setdefault(name, set())
        held[name] -= removed
    for name, added in done.added.items():
        assert not added & held.setdefault(name, set())
        held[name] |= added
    for name in done.sets:
        held.setdefault(name, set())
    assert held == rendering.elements


def _rendered(program: NodeProgram) -> Rendering:
    """Return a rendering for a node whose only interface beside those of pods is eth0."""
    return Rendering(program, EnforcementSettings(), dict.fromkeys((*V4, *V6), "eth0"))


def _passes(node: str, rendering: Rendering, packet: Packet, state: PolicyState) -> bool:
    """Tell whether a node lets a packet through, if it comes its way."""
    here = [endpoint for endpoint in state.endpoints.values() if endpoint.node == node]
    own = state.nodes[node].union(*(endpoint.addresses for endpoint in here if endpoint.host))
    pods = {address: endpoint.interface for endpoint in here if not endpoint.host for address in endpoint.addresses}
    places = [address in own or address in pods for address in (packet.source, packet.destination)]
    if not any(places) or {packet.source, packet.destination} <= own:
        return True
    iif = "" if packet.source in own else pods.get(packet.source, "eth0")
    oif = "" if packet.destination in own else pods.get(packet.destination, "eth0")
    return passes(rendering, packet, iif, oif)
