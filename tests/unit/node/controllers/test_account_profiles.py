"""ServiceAccounts as profiles. calico.md, section 2: ``ksa.<namespace>.<name>``, labels behind ``pcsa.``."""

import pytest

from bgpkit_node.controllers.account_profiles import AccountProfiles
from bgpkit_node.errors import ResourceError
from bgpkit_node.policy import ResourceState
from bgpkit_node.policy.model import Endpoint
from bgpkit_node.resources import Metadata, Profile, ResourceChange, WorkloadEndpoint, WorkloadEndpointSpec
from tests.support.kubernetes_scripts import Copied, an_object


async def test_an_account_has_a_profile_and_no_other_profile_is_touched() -> None:
    """A name with a dot is one; profiles that somebody wrote stay."""
    copied = Copied(AccountProfiles())
    await copied.store.create(Profile(metadata=Metadata(name="kns.shop")))
    await copied.store.create(Profile(metadata=Metadata(name="ksa.alone")))
    account = an_object("shop/the.builder", labels={"team": "blue"}, secrets=[{"name": "x"}])
    assert await copied.settle([account]) == ["shop/the.builder"]
    assert await copied.settle([account]) == []
    assert await copied.names() == ["kns.shop", "ksa.alone", "ksa.shop.the.builder"]
    found = await copied.store.get(Profile, "ksa.shop.the.builder")
    assert found is not None
    assert (found.spec.labels_to_apply, found.spec.ingress, found.spec.egress) == ({"pcsa.team": "blue"}, (), ())
    assert [copied.copier.place("", name) for name in ("kns.shop", "ksa.alone", "ksa.a.b")] == ["", "", "a/b"]
    assert await copied.settle([]) == ["shop/the.builder"]
    assert await copied.names() == ["kns.shop", "ksa.alone"]


async def test_the_longest_names_that_kubernetes_allows_have_a_profile() -> None:
    """A namespace of 63 characters and an account of 253. Object Names and IDs."""
    copied = Copied(AccountProfiles())
    space, name = "s" * 63, ".".join(["a" * 62] * 4) + "b"
    assert len(name) == 252
    account = an_object(f"{space}/{name}b")
    assert await copied.settle([account]) == [f"{space}/{name}b"]
    assert await copied.settle([account]) == []
    assert await copied.names() == [f"ksa.{space}.{name}b"]
    assert await copied.settle([]) == [f"{space}/{name}b"]
    with pytest.raises(ResourceError, match=r"metadata\.name: .* it has 254 characters, more than 253$"):
        await copied.settle([an_object(f"{space}/{name}bc")])


async def test_pods_of_the_account_have_its_labels_where_policies_select() -> None:
    """As the policy engine reads the two resources."""
    copied = Copied(AccountProfiles())
    await copied.settle([an_object("shop/builder", labels={"team": "blue"})])
    profile = await copied.store.get(Profile, "ksa.shop.builder")
    state = ResourceState("n")
    state.take(ResourceChange(None, profile))
    spec = WorkloadEndpointSpec(node="n", profiles=("kns.shop", "ksa.shop.builder"), service_account_name="builder")
    state.take(ResourceChange(None, WorkloadEndpoint(metadata=Metadata(name="p", namespace="shop"), spec=spec)))
    (endpoint,) = state.take_change().endpoints.values()
    assert isinstance(endpoint, Endpoint)
    labels = dict(endpoint.labels)
    assert (labels["pcsa.team"], labels["pcsa.projectcalico.org/name"]) == ("blue", "builder")
