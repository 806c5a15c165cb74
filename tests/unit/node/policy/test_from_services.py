"""Rules that name a service, from the manifests to the verdict and to the sets of a node's program."""

from ipaddress import ip_address

import msgspec
import pytest

from bgpkit_node.policy import Evaluator, Packet, PolicyEngine, PolicyState, ResourceState, StateChange, state_after
from bgpkit_node.policy.from_services import service_of_slices
from bgpkit_node.policy.model import ServiceId
from bgpkit_node.policy.program import AddressPort
from bgpkit_node.policy.rule_program import ServiceSet
from bgpkit_node.resources import Resource, ResourceChange, load_documents
from bgpkit_node.resources.endpoint_slice import AddressType
from tests.support.services import service, slice_of

CLIENT, WEB, NEXT = (ip_address(f"10.244.0.{number}") for number in (1, 2, 3))
WEB_ID = ServiceId("shop", "web")
PODS = slice_of("web", (str(WEB), "n1"))
MORE = slice_of("web", (str(WEB), "n1"), (str(NEXT), "n2"))
ENDPOINTS = """
apiVersion: projectcalico.org/v3
kind: WorkloadEndpoint
metadata: {{name: n1-k8s-{name}-eth0, namespace: shop, labels: {{app: {name}}}}}
spec:
  {{node: n1, orchestrator: k8s, pod: {name}, endpoint: eth0, interfaceName: cali{name}, ipNetworks: [{address}/32]}}
"""
POLICY = """
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {{name: p, namespace: shop}}
spec:
  selector: app == 'client'
  types: [Egress]
  egress: [{rules}]
"""
TO_WEB = "destination: {services: {name: web}}"


def read(text: str) -> Resource:
    """Return the resource of a text."""
    (document,) = load_documents(text, "test")
    return document.resource


class Follower:
    """A state and an engine that follow resources on node n1."""

    def __init__(self, rules: str) -> None:
        """Begin with two pods, one of which may do what ``rules`` say."""
        self._resources = ResourceState("n1")
        self._state = PolicyState()
        self.engine = PolicyEngine("n1")
        pods = [ENDPOINTS.format(name=name, address=address) for name, address in (("client", CLIENT), ("web", WEB))]
        self.put(*map(read, [*pods, POLICY.format(rules=rules)]))

    def put(self, *resources: Resource, gone: Resource | None = None) -> StateChange:
        """Take in resources, and that one is gone; return the change that follows."""
        for resource in resources:
            self._resources.take(ResourceChange(None, resource))
        if gone is not None:
            self._resources.take(ResourceChange(gone, None))
        change = self._resources.take_change()
        self._state = state_after(self._state, change)
        self.engine.apply(change)
        return change

    def reached(self) -> list[bool]:
        """Tell whether the client reaches the pod at the port of the service, at another, and the other pod."""
        evaluator = Evaluator(self._state)
        return [
            evaluator.verdict(Packet(source=CLIENT, destination=to, protocol=6, port=port)).allowed
            for to, port in ((WEB, 8080), (WEB, 8081), (NEXT, 8080))
        ]

    def members(self) -> set[tuple[str, int, int]]:
        """Return what is in the set that the node's rules refer to."""
        members = self.engine.program().sets[ServiceSet(WEB_ID, with_ports=True).id].members
        found = {member for member in members if isinstance(member, AddressPort)}
        assert len(found) == len(members)
        return {(str(member.address), member.protocol, member.port) for member in found}


@pytest.mark.parametrize(
    ("rules", "alone", "inside"),
    [
        (f"{{action: Allow, {TO_WEB}}}", [False, False, False], True),
        (f"{{action: Deny, {TO_WEB}}}, {{action: Allow}}", [True, True, True], False),
    ],
    ids=["allow", "deny"],
)
def test_a_rule_follows_the_pods_of_a_service(rules: str, alone: list[bool], inside: bool) -> None:
    """Verdict and program, as the service, its first pod and its second come, and all of them go."""
    follower = Follower(rules)
    assert (follower.reached(), follower.members()) == (alone, set())
    follower.put(service("web"))
    assert (follower.reached(), follower.members()) == (alone, set())
    follower.put(PODS)
    assert follower.reached() == [inside, alone[1], alone[2]]
    assert follower.members() == {(str(WEB), 6, 8080)}
    follower.put(MORE)
    assert follower.reached() == [inside, alone[1], inside]
    assert follower.members() == {(str(WEB), 6, 8080), (str(NEXT), 6, 8080)}
    follower.put(gone=service("web"))
    assert follower.reached() == [inside, alone[1], inside]
    follower.put(gone=MORE)
    assert (follower.reached(), follower.members()) == (alone, set())


def test_only_services_that_changed_are_told() -> None:
    """The change of one pod does not tell of all services; a service that is gone is told as such, once."""
    follower = Follower(f"{{action: Allow, {TO_WEB}}}")
    change = follower.put(service("web"), PODS, service("other"))
    assert change.services.keys() == {WEB_ID, ServiceId("shop", "other")}
    assert follower.put(MORE).services.keys() == {WEB_ID}
    assert follower.put().services == {}
    assert follower.put(gone=MORE).services == {WEB_ID: service_of_slices(WEB_ID, ())}
    assert follower.put(gone=service("web")).services == {WEB_ID: None}


def test_pods_that_are_not_ready_belong_to_a_service_all_the_same() -> None:
    """They still have connections, and are no less denied; names of machines elsewhere are no addresses."""
    found = service_of_slices(
        WEB_ID, [slice_of("web", (str(WEB), "n1"), ready=False), slice_of("web", ("fd00::2", "n1"))]
    )
    assert found.backends == {AddressPort(WEB, 6, 8080), AddressPort(ip_address("fd00::2"), 6, 8080)}
    names = msgspec.structs.replace(PODS, address_type=AddressType.FQDN)
    assert service_of_slices(WEB_ID, [names]).backends == frozenset()
