"""Opening the datastore that is meant."""

from pathlib import Path

import pytest

from bgpkit_node.datastore import Put, SqliteDatastore
from bgpkit_node.datastore.opening import bare_datastore, opened_datastore
from bgpkit_node.datastore.schema import STATE
from bgpkit_node.datastore.settings import SqliteSettings
from bgpkit_node.errors import DatastoreError


async def test_a_missing_file_is_named_with_all_ways_to_say_where_the_datastore_is(tmp_path: Path) -> None:
    """Whoever forgot to say which is told every way, and nothing is made."""
    with pytest.raises(DatastoreError) as caught:
        async with opened_datastore(SqliteSettings(tmp_path / "d.sqlite")):
            pytest.fail("it was opened")
    for word in ("--datastore", "BGPKIT_NODE_DATASTORE", "/etc/calico/calicoctl.cfg", "ETCD_ENDPOINTS", "apply -f"):
        assert word in str(caught.value)
    assert not (tmp_path / "d.sqlite").exists()


async def test_a_file_that_is_to_be_written_is_made_with_its_directory(tmp_path: Path) -> None:
    """The directory is its owner's alone."""
    async with opened_datastore(SqliteSettings(tmp_path / "lib" / "d.sqlite"), create=True) as store:
        assert isinstance(store, SqliteDatastore)
        assert await store.list("/") == (0, ())
    assert (tmp_path / "lib").stat().st_mode & 0o777 == 0o700


async def test_contents_that_this_version_does_not_know_are_refused(tmp_path: Path) -> None:
    """Only who moves contents about opens them all the same."""
    settings = SqliteSettings(tmp_path / "d.sqlite")
    async with bare_datastore(settings, create=True) as store:
        await store.transact([Put(STATE, b'{"version":9,"oldest":9}')])
    with pytest.raises(DatastoreError, match=f"{settings.path} has schema version 9"):
        async with opened_datastore(settings):
            pytest.fail("it was opened")
    async with bare_datastore(settings) as store:
        assert await store.get(STATE)
