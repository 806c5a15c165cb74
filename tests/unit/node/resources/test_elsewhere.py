"""A resource that Calico keeps in a way of its own is one truth with what is written there otherwise."""

import json
from pathlib import Path

import pytest

from bgpkit_node.ipam.config import DEFAULT_CONFIG, IpamConfig, decode_config
from bgpkit_node.ipam.keys import CONFIG
from bgpkit_node.resources import IPAMConfiguration, IPAMConfigurationSpec, Metadata, ResourceStore
from bgpkit_node.resources.ipam_configuration import IPAM_CONFIGURATION
from tests.support.commands import applied, asked, document
from tests.support.memory_datastore import MemoryDatastore

STRICT = IPAMConfigurationSpec(strict_affinity=True, max_blocks_per_host=3, ip_cooldown_seconds=60)


async def written(spec: IPAMConfigurationSpec) -> tuple[MemoryDatastore, ResourceStore]:
    """Give a store to which the resource has been applied."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await store.apply([IPAMConfiguration(metadata=Metadata(name="default"), spec=spec)])
    return datastore, store


async def test_the_resource_is_what_the_allocation_reads() -> None:
    """Under Calico's key, with Calico's names; nothing stands under the resource's own name."""
    assert IPAM_CONFIGURATION.key("default") == CONFIG
    datastore, _ = await written(STRICT)
    stored = await datastore.get(CONFIG)
    assert stored is not None
    assert decode_config(stored.value) == IpamConfig(
        strict_affinity=True, auto_allocate_blocks=True, max_blocks_per_host=3, cooldown=60
    )
    _, others = await datastore.list("/calico/resources/")
    assert list(others) == []


async def test_the_defaults_of_the_resource_are_those_of_the_allocation() -> None:
    """Applied without a field it changes nothing."""
    datastore, _ = await written(IPAMConfigurationSpec())
    stored = await datastore.get(CONFIG)
    assert stored is not None
    assert decode_config(stored.value) == DEFAULT_CONFIG


@pytest.mark.parametrize("spec", [STRICT, IPAMConfigurationSpec(auto_allocate_blocks=False)])
async def test_what_is_written_is_read_and_written_again_changes_nothing(spec: IPAMConfigurationSpec) -> None:
    """With the revision; of no other name there is one."""
    datastore, store = await written(spec)
    found = await store.get(IPAMConfiguration, "default")
    assert found is not None
    assert (found.spec, found.revision > 0) == (spec, True)
    assert [one.spec for one in await store.list(IPAMConfiguration)] == [spec]
    assert await store.get(IPAMConfiguration, "other") is None
    again = await store.apply([IPAMConfiguration(metadata=Metadata(name="default"), spec=spec)])
    assert (len(again.unchanged), len(again.updated)) == (1, 0)
    stored = await datastore.get(CONFIG)
    assert stored is not None
    assert stored.revision == found.revision


async def test_changes_are_followed() -> None:
    """Whoever watches the kind hears of a document that is written otherwise."""
    datastore, store = await written(STRICT)
    batches = store.watch(IPAMConfiguration)
    assert len((await anext(batches)).changes) == 1
    stored = await datastore.get(CONFIG)
    assert stored is not None
    await datastore.update(CONFIG, b'{"strict_affinity": false, "auto_allocate_blocks": true}', stored.revision)
    (change,) = (await anext(batches)).changes
    assert isinstance(change.new, IPAMConfiguration)
    assert change.new.spec == IPAMConfigurationSpec()
    await batches.aclose()


def test_apply_and_configure_are_one(tmp_path: Path) -> None:
    """What one writes the other shows and keeps; what is deleted holds no longer."""
    datastore = tmp_path / "d"
    applied(datastore, document("IPAMConfiguration", "default", "{strictAffinity: true, ipCooldownSeconds: 30}"))
    assert asked("ipam", "configure", "--max-blocks-per-host", "4", datastore=datastore).status == 0
    shown = json.loads(asked("get", "ipamconfig", "default", "-o", "json", datastore=datastore).out)["spec"]
    assert shown == {
        "strictAffinity": True,
        "autoAllocateBlocks": True,
        "maxBlocksPerHost": 4,
        "ipCooldownSeconds": 30,
    }
    other = asked("apply", "-f", "-", given=document("IPAMConfiguration", "x", "{}"), datastore=datastore)
    other.assert_refused("there is only one IPAMConfiguration")
    asked("delete", "ipamconfig", "x", datastore=datastore).assert_refused("not found; there is default")
    assert asked("delete", "ipamconfig", "default", datastore=datastore).status == 0
    assert json.loads(asked("get", "ipamconfig", "-o", "json", datastore=datastore).out)["items"] == []
