"""From the batches of a watch to changes of what decides, whatever the watch leaves out or cannot read."""

from collections.abc import Iterable

import pytest
from structlog.testing import capture_logs

from bgpkit_node.agent.policy_resources import PolicyResources
from bgpkit_node.policy import StateChange
from bgpkit_node.policy import resource_state as resource_state_module
from bgpkit_node.policy.model import PolicyId
from bgpkit_node.resources import (
    KubernetesNetworkPolicy,
    Metadata,
    Resource,
    ResourceBatch,
    ResourceChange,
    Unreadable,
    WorkloadEndpoint,
    WorkloadEndpointSpec,
)

LATER = Unreadable("KubernetesNetworkPolicy", "default", "later", "an unknown field")


def pod(name: str, interface: str = "cali1", node: str = "n1") -> WorkloadEndpoint:
    """Return the endpoint of a pod."""
    spec = WorkloadEndpointSpec(node=node, interface_name=interface, ip_networks=("10.0.0.1/32",))
    return WorkloadEndpoint(metadata=Metadata(name=name, namespace="default"), spec=spec)


def policy(name: str) -> KubernetesNetworkPolicy:
    """Return a policy that isolates."""
    return KubernetesNetworkPolicy(metadata=Metadata(name=name, namespace="default"))


def batch(*new: Resource, gone: Iterable[Resource] = (), unreadable: Iterable[Unreadable] = ()) -> ResourceBatch:
    """Return a batch of a watch."""
    changes = [ResourceChange(None, each) for each in new] + [ResourceChange(each, None) for each in gone]
    return ResourceBatch(1, tuple(changes), frozenset(unreadable))


def taken(resources: PolicyResources, told: ResourceBatch, *, anew: bool = False) -> StateChange:
    """Return what follows from a batch."""
    resources.take(told, anew=anew)
    return resources.take_change()


def test_what_a_watch_that_begins_anew_does_not_tell_is_gone() -> None:
    """It went while nobody looked; what is as it was is no change."""
    resources = PolicyResources("n1")
    first = taken(resources, batch(pod("a"), pod("b", "cali2"), policy("p")), anew=True)
    assert first.endpoints.keys() == {"default/a", "default/b"}
    change = taken(resources, batch(pod("a")), anew=True)
    assert change.endpoints == {"default/b": None}
    assert change.policies == {PolicyId("KubernetesNetworkPolicy", "default", "p"): None}
    assert taken(resources, batch()).endpoints == {}
    assert taken(resources, batch(gone=[pod("a")])).endpoints == {"default/a": None}


def test_a_policy_that_cannot_be_read_is_closed_and_told_once() -> None:
    """Until it can be read: then what it says counts."""
    resources = PolicyResources("n1")
    with capture_logs() as logs:
        change = taken(resources, batch(unreadable=[LATER]), anew=True)
        taken(resources, batch(pod("a"), unreadable=[LATER]))
    (closed,) = change.policies.values()
    assert closed is not None
    assert (closed.ingress, closed.egress, len(closed.directions)) == ((), (), 2)
    (told,) = logs
    assert (told["event"], told["policy"]) == ("policy.unreadable", "KubernetesNetworkPolicy(default/later)")
    assert told["reason"] == "an unknown field"
    assert "all pods of namespace default" in told["doing"]
    assert len(resources.closed) == 1
    read = taken(resources, batch(policy("later")))
    assert [each is not None for each in read.policies.values()] == [True]
    assert resources.closed == frozenset()


def test_a_policy_that_cannot_be_understood_is_as_one_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are in force all the same."""

    def refuse(resource: Resource) -> None:
        raise ValueError(f"{resource.name} is beyond us")

    resources = PolicyResources("n1")
    with monkeypatch.context() as patch:
        patch.setattr(resource_state_module, "policy_of", refuse)
        change = taken(resources, batch(policy("odd"), pod("a")), anew=True)
    (closed,) = change.policies.values()
    assert closed is not None
    assert closed.directions
    assert change.endpoints.keys() == {"default/a"}
    assert [each.reason for each in resources.closed] == ["odd is beyond us"]
    assert list(taken(resources, batch(gone=[policy("odd")])).policies.values()) == [None]
