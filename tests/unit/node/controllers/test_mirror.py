"""A resource for each object: made, changed, deleted, and never more than that."""

from typing import Any

import msgspec
import pytest

from bgpkit_node.controllers.mirror import Mirror
from bgpkit_node.datastore import Put
from bgpkit_node.errors import ResourceError
from bgpkit_node.kubernetes import kinds
from bgpkit_node.resources import (
    ClusterNetworkPolicy,
    EndpointSlice,
    KubernetesNetworkPolicy,
    Metadata,
    Namespace,
    Service,
    kind_of,
)
from tests.support.kubernetes_scripts import Copied, an_object

POLICY: dict[str, Any] = {"podSelector": {"matchLabels": {"role": "web"}}, "policyTypes": ["Ingress"]}
UNKNOWN: dict[str, Any] = {"tier": "Admin", "priority": 1, "subject": {"namespaces": {}}, "later": True}


def policies() -> Copied:
    """Return what copies NetworkPolicies."""
    return Copied(Mirror(kinds.NETWORK_POLICIES, KubernetesNetworkPolicy, without=("status",)))


async def test_an_object_is_copied_once_changed_and_deleted() -> None:
    """The second look writes nothing, also when the object has another resourceVersion and status."""
    copied = policies()
    first = an_object("shop/web", labels={"app": "shop"}, spec=POLICY)
    assert await copied.settle([first]) == ["shop/web"]
    found = await copied.store.get(KubernetesNetworkPolicy, "web", namespace="shop")
    assert found is not None
    assert (found.spec.pod_selector.match_labels, found.metadata.labels) == ({"role": "web"}, {"app": "shop"})
    writes = copied.datastore.writes
    again = an_object("shop/web", labels={"app": "shop"}, spec=POLICY, status={"conditions": []})
    again["metadata"]["resourceVersion"] = "8"
    assert await copied.settle([again]) == []
    assert copied.datastore.writes == writes
    assert await copied.settle([an_object("shop/web", labels={}, spec=POLICY)]) == ["shop/web"]
    assert await copied.settle([]) == ["shop/web"]
    assert await copied.names() == []


async def test_null_is_how_go_writes_a_list_that_has_nothing() -> None:
    """The API gives the slice of a service without pods so: neither field of the type is left out when it is empty."""
    copied = Copied(Mirror(kinds.ENDPOINT_SLICES, EndpointSlice))
    bare = an_object("shop/web-1", addressType="IPv4", endpoints=None, ports=None)
    assert await copied.settle([bare]) == ["shop/web-1"]
    (found,) = await copied.store.list(EndpointSlice)
    assert (found.endpoints, found.ports) == ((), ())


async def test_what_others_wrote_stays_until_kubernetes_has_its_name() -> None:
    """Then it is Kubernetes'."""
    copied = policies()
    await copied.store.create(KubernetesNetworkPolicy(metadata=Metadata(name="mine", namespace="shop")))
    assert await copied.settle([]) == []
    assert await copied.names() == ["shop/mine"]
    assert await copied.settle([an_object("shop/mine", spec=POLICY)]) == ["shop/mine"]
    assert await copied.settle([]) == ["shop/mine"]
    assert await copied.names() == []


async def test_nothing_is_deleted_before_everything_has_been_listed() -> None:
    """A process that starts knows nothing, which is not the same as there being nothing."""
    copied = policies()
    await copied.settle([an_object("shop/web", spec=POLICY)])
    copied.copier = Mirror(kinds.NETWORK_POLICIES, KubernetesNetworkPolicy)
    await copied.tell_stored()
    assert not await copied.copier.settle("shop/web", copied.store)
    assert await copied.names() == ["shop/web"]
    assert copied.copier.take_whole({}) == {"shop/web"}
    assert await copied.copier.settle("shop/web", copied.store)
    assert await copied.names() == []


async def test_a_namespace_that_is_changed_by_hand_is_as_kubernetes_has_it_again() -> None:
    """Its labels are Kubernetes' alone."""
    copied = Copied(Mirror(kinds.NAMESPACES, Namespace, without=("spec", "status")))
    told = an_object("shop", labels={"kubernetes.io/metadata.name": "shop"}, status={"phase": "Active"})
    await copied.settle([told])
    await copied.store.label(Namespace, "shop", {"project": "mine"})
    assert await copied.settle([told]) == ["shop"]
    found = await copied.store.get(Namespace, "shop")
    assert found is not None
    assert found.metadata.labels == {"kubernetes.io/metadata.name": "shop"}


async def test_an_object_that_cannot_be_is_named_and_what_it_was_stays() -> None:
    """The sentence tells the object and the field."""
    copied = Copied(Mirror(kinds.SERVICES, Service))
    await copied.settle([an_object("shop/web", spec={"clusterIP": "10.96.0.1"})])
    with pytest.raises(ResourceError, match=r"^Service\(shop/web\) spec\.clusterIP"):
        await copied.settle([an_object("shop/web", spec={"clusterIP": "nowhere"})])
    found = await copied.store.get(Service, "web", namespace="shop")
    assert found is not None
    assert found.spec.cluster_ip == "10.96.0.1"


async def test_a_policy_that_cannot_be_read_is_kept_as_it_is_so_that_agents_close_what_it_is_about() -> None:
    """Written once, read by nobody of this version; when it goes, or can be read, so it is in the datastore."""
    copied = Copied(Mirror(kinds.CLUSTER_NETWORK_POLICIES, ClusterNetworkPolicy))
    key = kind_of(ClusterNetworkPolicy).key("later")
    for _ in range(2):
        with pytest.raises(ResourceError, match=r"ClusterNetworkPolicy\(later\).*later"):
            await copied.settle([an_object("later", spec=UNKNOWN)])
    assert copied.datastore.writes == 1
    assert msgspec.json.decode(copied.datastore.entries[key].value)["spec"] == UNKNOWN
    batch = await anext(copied.store.watch(ClusterNetworkPolicy))
    assert [each.name for each in batch.unreadable] == ["later"]
    known = {field: value for field, value in UNKNOWN.items() if field != "later"}
    assert await copied.settle([an_object("later", spec=known)]) == ["later"]
    with pytest.raises(ResourceError):
        await copied.settle([an_object("later", spec=UNKNOWN)])
    assert await copied.settle([]) == ["later"]
    assert key not in copied.datastore.entries


@pytest.mark.parametrize(
    "named", [{"name": ""}, {"name": "../../x"}, {"name": 5}, {"name": "a", "namespace": "b"}, None]
)
async def test_no_key_is_made_of_a_name_that_cannot_be(named: dict[str, Any] | None) -> None:
    """Nor is anything of a policy kept there."""
    copied = Copied(Mirror(kinds.CLUSTER_NETWORK_POLICIES, ClusterNetworkPolicy))
    with pytest.raises(ResourceError, match=r"^ClusterNetworkPolicy\(.*\) metadata\.name(space)?: "):
        await copied.settle([{"metadata": named, "spec": UNKNOWN}])
    assert copied.datastore.writes == 0
    assert await copied.settle([]) == []


async def test_an_object_of_no_namespace_has_no_key_where_its_kind_has_one() -> None:
    """Nor one of a namespace that cannot be."""
    copied = policies()
    for space in ("", "../x/"):
        with pytest.raises(ResourceError, match=r"^NetworkPolicy\(.*\) metadata\.namespace"):
            await copied.settle([an_object(f"{space}web", spec={"later": 1})])
    assert copied.datastore.writes == 0


async def test_what_became_unreadable_in_the_datastore_is_written_anew() -> None:
    """Also when it was as wanted before: what is followed keeps what could be read last."""
    copied = policies()
    told = an_object("shop/web", spec=POLICY)
    await copied.settle([told])
    await copied.tell_stored()
    key = kind_of(KubernetesNetworkPolicy).key("web", "shop")
    await copied.datastore.transact([Put(key, b'{"kind": 7}')])
    batch = await anext(copied.store.watch(KubernetesNetworkPolicy))
    assert copied.copier.take_unreadable(batch.unreadable) == {"shop/web"}
    assert await copied.copier.settle("shop/web", copied.store)
    assert await copied.names() == ["shop/web"]


async def test_what_cannot_be_read_and_was_not_made_here_stays() -> None:
    """Whoever wrote it has to mend it."""
    copied = policies()
    key = kind_of(KubernetesNetworkPolicy).key("broken", "shop")
    await copied.datastore.transact([Put(key, b'{"kind": 7}')])
    assert await copied.settle([]) == []
    assert key in copied.datastore.entries
