"""From resources to the kernel, played here: what is asked of it when, and what is told when it refuses."""

from collections.abc import Callable, Collection, Mapping
from ipaddress import ip_address
from typing import Any, Self

import pytest
from msgspec.structs import replace

from bgpkit_node.agent import policy_enforcement
from bgpkit_node.agent.policy_enforcement import PolicyEnforcement
from bgpkit_node.nft import EnforcementSettings, NftError
from bgpkit_node.nft.rendering import Rendering
from bgpkit_node.policy import PolicyState
from bgpkit_node.policy.model import Address
from bgpkit_node.policy.program import NodeProgram, ProgramChange
from bgpkit_node.resources import (
    FelixConfiguration,
    HostEndpoint,
    HostEndpointSpec,
    KubernetesNetworkPolicy,
    KubernetesNetworkPolicySpec,
    LabelSelector,
    Metadata,
    Node,
    Resource,
    ResourceBatch,
    ResourceChange,
    WorkloadEndpoint,
    WorkloadEndpointSpec,
)
from bgpkit_node.resources.felix_configuration import FelixConfigurationSpec


class Kernel:
    """A kernel with a table or without, or without packet filter."""

    def __init__(self) -> None:
        """Have no table."""
        self.missing = self.refusing = self.anew = False
        self.table: str | None = None
        self.programs: list[NodeProgram] = []
        self.sysctls: list[str] = []
        self.settings: list[EnforcementSettings] = []
        self.cut: tuple[Collection[str], Mapping[str, str]] = ((), {})
        self.faults: dict[str, str] = {}
        self.hosts: dict[str, str] = {}
        self.sought: dict[Address, str] = {}

    def __enter__(self) -> Self:
        """Be the table."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def close(self) -> None:
        """Close nothing."""

    def opened(self, settings: object) -> "Kernel":
        """Open it, as the enforcer or the table."""
        if isinstance(settings, EnforcementSettings):
            self.settings.append(settings)
            self.anew = True
        if self.missing:
            raise NftError("there is no program nft")
        return self

    def comment(self) -> str | None:
        """Return what stands at the table."""
        return self.table

    def enforce(self, program: NodeProgram) -> bool:
        """Take a whole program; something has to change when another hand was at the table."""
        if self.refusing:
            raise NftError("nft refused the rules")
        odd, self.table = self.table != "ours", "ours"
        self.programs.append(program)
        return odd

    def change(self, change: ProgramChange, program: Callable[[], NodeProgram]) -> bool:
        """Take a program."""
        if self.refusing:
            raise NftError("nft refused the rules")
        self.table = "ours"
        self.programs.append(program())
        anew, self.anew = self.anew, False
        return anew or bool(change.endpoints or change.policies or change.sets or change.members)

    def write_sysctl(self, name: str, value: str) -> None:
        """Note it."""
        self.sysctls.append(f"{name}={value}")

    def cut_denied(
        self,
        node: str,
        state: PolicyState,
        settings: EnforcementSettings,
        endpoints: Collection[str],
        hosts: Mapping[str, str],
    ) -> int:
        """Note by whose rules connections are judged."""
        assert (node, settings) == ("n1", self.settings[-1])
        self.cut = sorted(endpoints), hosts
        return len(state.policies)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """Give the kernel that enforcement finds."""
    played = Kernel()
    replaced: dict[str, Any] = {
        "Enforcer": played.opened,
        "KernelTable": played.opened,
        "cut_denied": played.cut_denied,
        "write_sysctl": played.write_sysctl,
    }
    for name, replacement in replaced.items():
        monkeypatch.setattr(policy_enforcement, name, replacement)
    return played


@pytest.fixture
def enforcement() -> PolicyEnforcement:
    """Give the enforcement of a node."""
    return PolicyEnforcement("n1", EnforcementSettings(table="unit_test"))


def pod(number: int, **labels: str) -> WorkloadEndpoint:
    """Return a pod of the node."""
    spec = WorkloadEndpointSpec(
        orchestrator="k8s",
        node="n1",
        interface_name=f"cali{number}",
        ip_networks=(f"10.0.0.{number}/32",),
        profiles=("kns.default",),
    )
    return WorkloadEndpoint(metadata=Metadata(name=f"p{number}", namespace="default", labels=labels), spec=spec)


def wire() -> HostEndpoint:
    """Return an interface of the node."""
    spec = HostEndpointSpec(node="n1", interface_name="eth0")
    return HostEndpoint(metadata=Metadata(name="wire"), spec=spec)


def isolating(name: str, **labels: str) -> KubernetesNetworkPolicy:
    """Return a policy that lets nobody in."""
    spec = KubernetesNetworkPolicySpec(pod_selector=LabelSelector(match_labels=labels))
    return KubernetesNetworkPolicy(metadata=Metadata(name=name, namespace="default"), spec=spec)


def told(*resources: Resource) -> list[tuple[bool, ResourceBatch]]:
    """Return what a watch tells."""
    return [(False, ResourceBatch(1, tuple(ResourceChange(None, each) for each in resources)))]


def test_the_program_is_enforced_and_a_refusal_is_told_and_tried_again(
    kernel: Kernel, enforcement: PolicyEnforcement
) -> None:
    """Nothing has to be told again for that."""
    kernel.refusing = True
    outcome = enforcement.take(told(pod(1)))
    assert (outcome.why_not, outcome.changed, kernel.programs) == ("nft refused the rules", False, [])
    kernel.refusing = False
    assert enforcement.take([]).why_not == ""
    assert kernel.programs[-1].endpoints.keys() == {"default/p1"}


@pytest.mark.parametrize("interface", ["", "no name of one"])
def test_a_pod_without_an_interface_that_rules_can_name_is_told_of_and_stops_no_others(
    kernel: Kernel, enforcement: PolicyEnforcement, interface: str
) -> None:
    """What the watch told of it goes to the enforcer as it is, which knows best what it cannot enforce."""
    odd = replace(pod(1), spec=replace(pod(1).spec, interface_name=interface))
    enforcement.take(told(odd, pod(2)))
    rendering = Rendering(kernel.programs[-1], EnforcementSettings(table="unit_test"))
    assert rendering.faults.keys() == {"default/p1"}
    assert "a pod on this node needs the name of its interface" in rendering.faults["default/p1"]
    assert {element.key.rstrip(b"\0") for element in rendering.elements["ingress"]} == {b"cali2"}


def test_without_a_packet_filter_those_pods_are_open_that_no_policy_is_for(
    kernel: Kernel, enforcement: PolicyEnforcement
) -> None:
    """Once there is one, all are in force."""
    kernel.missing = True
    outcome = enforcement.take(told(pod(1, role="db"), pod(2), isolating("db", role="db")))
    assert outcome.why_not == "there is no program nft"
    assert outcome.open == {"default/p2"}
    kernel.missing = False
    assert enforcement.take([]).why_not == ""


def test_where_rules_are_in_the_kernel_nobody_is_open_by_a_refusal(
    kernel: Kernel, enforcement: PolicyEnforcement
) -> None:
    """Those of an earlier run drop what they do not know; and so do those of this one."""
    kernel.refusing, kernel.table = True, "of an earlier run"
    assert enforcement.take(told(pod(1))).open == frozenset()
    kernel.refusing = False
    enforcement.take([])
    kernel.refusing, kernel.table = True, None
    outcome = enforcement.take(told(pod(2)))
    assert (outcome.why_not, outcome.open) == ("nft refused the rules", frozenset())


def test_only_a_change_that_may_deny_a_connection_makes_it_worth_looking(
    kernel: Kernel, enforcement: PolicyEnforcement
) -> None:
    """Not the first on a machine that filtered nothing before, and not that new pods come."""
    assert not enforcement.take(told(pod(1, role="db"), pod(2), isolating("other", role="other"))).tightened
    assert not enforcement.take(told(pod(3))).tightened
    assert enforcement.take(told(isolating("db", role="db"))).tightened
    assert not enforcement.take([]).tightened
    kernel.table = "another hand's"
    assert enforcement.take([]).tightened
    kernel.hosts = {"eth0": "wire"}
    assert enforcement.take(told(wire())).tightened, "a node has connections before it has rules for them"
    assert enforcement.cut() == 2
    assert kernel.cut == (["default/p1", "default/p2", "default/p3", "wire"], {"eth0": "wire"})
    assert kernel.sysctls == ["netfilter/nf_conntrack_tcp_loose=0"]


def test_other_settings_may_deny_a_connection_and_what_is_in_force_late_too(
    kernel: Kernel, enforcement: PolicyEnforcement
) -> None:
    """Whatever has come with it."""
    enforcement.take(told(pod(1, role="db")))
    assert enforcement.take(told(configuration("default", default_endpoint_to_host_action="Drop"))).tightened
    assert not enforcement.take(told(pod(2))).tightened
    kernel.refusing = True
    assert not enforcement.take(told(isolating("db", role="db"))).changed
    kernel.refusing = False
    assert enforcement.take(told(pod(3))).tightened
    assert not enforcement.take(told(pod(4))).tightened


def test_addresses_by_which_interfaces_are_found_are_told_and_looked_at_when_they_move(
    kernel: Kernel, enforcement: PolicyEnforcement
) -> None:
    """With the interfaces that have them; without looking at all else in the kernel."""
    kernel.sought = {ip_address("10.9.9.9"): "lo", ip_address("10.9.9.8"): ""}
    outcome = enforcement.take(told(wire()))
    assert (outcome.sought, outcome.links) == (frozenset(kernel.sought), frozenset({1}))
    kernel.table = "another hand's"
    assert not enforcement.take([], moved=True).changed
    kernel.table = "another hand's"
    assert enforcement.take([]).changed


def test_what_changed_while_no_agent_ran_is_looked_at(kernel: Kernel, enforcement: PolicyEnforcement) -> None:
    """The rules of the earlier run allowed what may be denied now."""
    kernel.table = "of an earlier run"
    assert enforcement.take(told(pod(1, role="db"), pod(2), isolating("db", role="db"))).tightened


def test_a_configuration_takes_effect_and_what_takes_it_back_too(
    kernel: Kernel, enforcement: PolicyEnforcement
) -> None:
    """All is rendered anew then; the node's own goes before that for all, and labels of the node may choose one."""
    enforcement.take(told(pod(1), configuration("default", default_endpoint_to_host_action="Drop")))
    enforcement.take(told(pod(2)))
    assert [each.node_closed for each in kernel.settings] == [True]
    own = configuration("node.n1", default_endpoint_to_host_action="Accept")
    enforcement.take(told(own))
    enforcement.take([(False, ResourceBatch(2, (ResourceChange(own, None),)))])
    enforcement.take(told(configuration("racks", node_selector="rack == '1'", vxlan_port=8472)))
    assert [each.node_closed for each in kernel.settings] == [True, False, True]
    enforcement.take(told(Node(metadata=Metadata(name="n1", labels={"rack": "1"}))))
    assert [each.vxlan_port for each in kernel.settings] == [4789, 4789, 4789, 8472]
    enforcement.take([(True, ResourceBatch(3, (ResourceChange(None, pod(1)),)))])
    assert kernel.settings[-1] == EnforcementSettings(table="unit_test")
    assert kernel.programs[-1].endpoints.keys() == {"default/p1"}


def configuration(name: str, **fields: Any) -> FelixConfiguration:
    """Return a configuration."""
    return FelixConfiguration(metadata=Metadata(name=name), spec=FelixConfigurationSpec(**fields))
