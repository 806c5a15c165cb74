"""What was removed stands in a file from which it can be put back."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.flannel import Record, read_record, recognise, record_of, write_record
from tests.unit.node.flannel.scenery import FLANNEL, TUNNEL, TUNNELLED, machine, settings, tunnelled


def recorded(written: str = "") -> Record:
    """Return the record of a node with VXLAN."""
    here = tunnelled()
    return record_of("a", recognise(here, settings(), FLANNEL), here, written)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """With all that routes and devices are made of again."""
    record = recorded("ours")
    write_record(tmp_path / "folder" / "r", record)
    assert read_record(tmp_path / "folder" / "r") == record
    assert tuple(each.route(5) for each in record.routes) == TUNNELLED
    tunnel, bridge = record.devices
    assert tunnel.vxlan is not None
    assert tunnel.vxlan.vxlan() == TUNNEL.vxlan
    assert tunnel.vxlan.neighbours == (("10.244.0.0", "02:00:00:00:00:0c"),)
    assert tunnel.vxlan.forwarding == (("02:00:00:00:00:0c", "10.4.7.12"),)
    assert (bridge.ports, bridge.interfaces()[0].ip) == (("vetha", "vethb"), ip_address("10.244.1.1"))


def test_what_an_apply_that_was_broken_off_removed_stays_in_the_record() -> None:
    """The second one finds only the rest."""
    first = recorded("ours")
    here = machine(routes=())
    rest = record_of("a", recognise(here, settings(), FLANNEL), here, "").with_earlier(first)
    assert (rest.routes, rest.conflists, rest.written) == (first.routes, first.conflists, "ours")
    assert [each.name for each in rest.devices] == ["flannel.1", "cni0"]


def test_a_file_that_is_no_record_is_named(tmp_path: Path) -> None:
    """No file is no record; one that cannot be written is named, too."""
    assert read_record(tmp_path / "none") is None
    (tmp_path / "r").write_text('{"routes": 1}')
    with pytest.raises(NodeError, match="is no record of a migration"):
        read_record(tmp_path / "r")
    with pytest.raises(NodeError, match="cannot be read: Is a directory"):
        read_record(tmp_path)
    with pytest.raises(NodeError, match="cannot be written"):
        write_record(tmp_path / "r" / "below", recorded())
