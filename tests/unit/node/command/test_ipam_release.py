"""Ipam release: one address, or all that reports found unused and that are unused still."""

import json
from pathlib import Path

import pytest

from tests.support.commands import applied, asked, document
from tests.support.ipam_store import give, prepared


@pytest.fixture
def datastore(tmp_path: Path) -> Path:
    """Give a datastore in which node a has three addresses."""
    return prepared(tmp_path / "d")


def in_use(datastore: Path) -> int:
    """Return how many addresses are taken."""
    return sum(block["inUse"] for block in json.loads(asked("ipam", "show", "--json", datastore=datastore).out))


def test_one_address_is_released(datastore: Path) -> None:
    """Once; a second time it is not assigned."""
    (address,) = give(datastore, "a", "k")
    answer = asked("ipam", "release", f"--ip={address}", datastore=datastore)
    assert (answer.status, answer.out) == (0, f"Successfully released IP address {address}\n")
    asked("ipam", "release", "--ip", address, datastore=datastore).assert_refused(
        f"IP address {address} is not assigned"
    )
    asked("ipam", "release", "--ip", "x", datastore=datastore).assert_refused(
        "--ip: 'x' is not an IP address", status=2
    )
    assert in_use(datastore) == 3


def test_what_a_report_found_unused_is_released(datastore: Path, tmp_path: Path) -> None:
    """But not an address that was given anew since."""
    report = tmp_path / "r.json"
    (kept,) = give(datastore, "b", "k")
    asked("delete", "node", "a", "--yes", datastore=datastore)
    asked("ipam", "check", "-o", report, datastore=datastore)
    unused = [one["ip"] for (one,) in json.loads(report.read_text())["allocations"].values() if not one["inUse"]]
    assert len(unused) == 3
    assert kept not in unused
    gone = unused[0]
    asked("ipam", "release", "--ip", gone, datastore=datastore)
    answer = asked("ipam", "release", "--from-report", report, "--force", datastore=datastore)
    assert answer.out.splitlines() == [
        "WARNING: Data store is not locked. Ignoring due to --force option",
        "Releasing 3 old IPs...",
        "Released 2 IPs successfully",
        "1 addresses marked as leaked in the report had already been cleaned up.",
    ]
    assert in_use(datastore) == 1


def test_only_what_all_reports_agree_on_is_released(datastore: Path, tmp_path: Path) -> None:
    """An address that was in use in one of them stays."""
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    asked("ipam", "check", "-o", first, datastore=datastore)
    asked("delete", "node", "a", "--yes", datastore=datastore)
    asked("ipam", "check", "-o", second, datastore=datastore)
    words = ("ipam", "release", "--from-report", first, "--from-report", second, "--force")
    answer = asked(*words, datastore=datastore)
    assert answer.out.splitlines()[-1] == "Report didn't contain any leaked IPs to clean up."
    assert in_use(datastore) == 3


def test_a_report_is_refused_when_it_may_be_wrong(datastore: Path, tmp_path: Path) -> None:
    """Of another cluster, of another time, while the cluster runs; or no report at all."""
    report = tmp_path / "r.json"
    asked("ipam", "check", "-o", report, datastore=datastore)
    words = ("ipam", "release", "--from-report", report)
    asked(*words, datastore=datastore).assert_refused("data store is not locked. Either lock the data store, or re-run")
    applied(datastore, document("ClusterInformation", "default", "{datastoreReady: false}"))
    asked(*words, datastore=datastore).assert_refused("the provided reports are all stale")
    asked("ipam", "check", "-o", report, datastore=datastore)
    assert asked(*words, datastore=datastore).status == 0
    report.write_text(report.read_text().replace('"clusterGUID": ""', '"clusterGUID": "other"'))
    asked(*words, "--force", datastore=datastore).assert_refused("mismatched cluster GUID")
    report.write_text("{}")
    asked(*words, datastore=datastore).assert_refused(f"{report}: is not a report of 'ipam check -o': ")
    report.unlink()
    asked(*words, datastore=datastore).assert_refused(f"{report}: cannot be read: No such file or directory")
