"""A policy has one name, whichever version of Calico wrote it. calico.md, section 3."""

import json
from typing import Any

import pytest

from bgpkit_node.resources import (
    GlobalNetworkPolicy,
    Metadata,
    NetworkPolicy,
    NetworkPolicySpec,
    Resource,
    ResourceStore,
)
from bgpkit_node.resources.kind import ROOT
from bgpkit_node.resources.output import to_document
from bgpkit_node.resources.policy_resource import NAME_NOTE, PolicyResource
from bgpkit_node.resources.registry import kind_of
from tests.support.commands import asked, document
from tests.support.memory_datastore import MemoryDatastore

_PLAIN = f"{ROOT}networkpolicies/shop/web"
_OLDER = f"{ROOT}networkpolicies/shop/default.web"
_NOTED = {"annotations": {NAME_NOTE: '{"name":"web","uid":"1"}'}}


def _stored(name: str, **metadata: Any) -> bytes:
    whole = {"name": name, "namespace": "shop", "uid": "1", **metadata}
    return json.dumps({"kind": "NetworkPolicy", "metadata": whole, "spec": {"order": 1}}).encode()


def _policy(name: str = "web", order: int = 2) -> NetworkPolicy:
    return NetworkPolicy(metadata=Metadata(name=name, namespace="shop"), spec=NetworkPolicySpec(order=order))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (_PLAIN, _stored("web")),
        (_PLAIN, _stored("web", **_NOTED)),
        (_OLDER, _stored("default.web")),
        (_OLDER, _stored("default.web", **_NOTED)),
        (_OLDER, _stored("web", **_NOTED)),
    ],
)
async def test_a_policy_is_found_and_stays_where_it_is(key: str, value: bytes) -> None:
    """By its name, in the datastore of any version: listed, watched, written, written again and deleted there."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await datastore.create(key, value)
    found = await store.get(NetworkPolicy, "web", namespace="shop")
    assert found is not None
    assert (found.name, found.spec.order, str(found)) == ("web", 1, "NetworkPolicy(shop/web)")
    assert await store.list(NetworkPolicy) == (found,)
    batches = store.watch(NetworkPolicy)
    assert [change.new for change in (await anext(batches)).changes] == [found]
    for name in ("web", "default.web"):
        applied = await store.apply([_policy(name)])
        assert len(applied.created) == 0
    assert len(applied.unchanged) == 1
    (change,) = (await anext(batches)).changes
    assert isinstance(change.new, NetworkPolicy)
    assert (change.old, change.new.name, change.new.spec.order) == (found, "web", 2)
    await batches.aclose()
    _, (stored,) = await datastore.list(ROOT)
    written = json.loads(stored.value)["metadata"]
    assert (stored.key, written["name"]) == (key, key.rpartition("/")[2])
    assert (NAME_NOTE in written.get("annotations", {})) is (key == _OLDER)
    await store.delete(NetworkPolicy, "web", namespace="shop")
    assert await datastore.list(ROOT) == (stored.revision + 1, ())


async def test_a_new_policy_is_kept_by_its_name() -> None:
    """A name that holds the tier is kept as it was written, with Calico's note of the rest."""
    datastore = MemoryDatastore()
    await ResourceStore(datastore).apply([_policy("web"), _policy("default.db"), _policy("security.all")])
    _, found = await datastore.list(ROOT)
    assert [stored.key.rpartition("/")[2] for stored in found] == ["default.db", "security.all", "web"]
    assert json.loads(json.loads(found[0].value)["metadata"]["annotations"][NAME_NOTE]) == {"name": "db"}


def test_what_has_no_tier_in_its_name_is_left_alone() -> None:
    """Other kinds know nothing of it."""
    policy = _policy("security.web")
    assert (policy.kept_name, policy.kept_as("security.web")) == ("security.web", policy)
    assert isinstance(policy, PolicyResource)
    pool = GlobalNetworkPolicy(metadata=Metadata(name="default.x"))
    assert (pool.name, pool.kept_name) == ("x", "default.x")
    assert kind_of(pool).key_of(pool) == f"{ROOT}globalnetworkpolicies/default.x"
    assert kind_of(pool).keys("x") == (f"{ROOT}globalnetworkpolicies/x", f"{ROOT}globalnetworkpolicies/default.x")
    other: Resource = pool.kept_as("x")
    assert (other.kept_name, to_document(other)["metadata"]) == ("x", {"name": "x"})


def test_the_commands_take_either_name(tmp_path: Any) -> None:
    """And print the one without the tier."""
    datastore = tmp_path / "d"
    given = document("NetworkPolicy", "default.web", "{order: 1}")
    assert asked("apply", "-f", "-", given=given, datastore=datastore).status == 0
    assert asked("get", "networkpolicy", datastore=datastore).out.split()[:4] == ["NAME", "TIER", "web", "default"]
    assert asked("delete", "networkpolicy", "web", datastore=datastore).status == 0
    assert "web" not in asked("get", "networkpolicy", datastore=datastore).out
