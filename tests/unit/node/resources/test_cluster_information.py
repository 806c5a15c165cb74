"""ClusterInformation: one for the cluster, and whether it is ready."""

import pytest

from bgpkit_node.resources.cluster_information import (
    CLUSTER_INFORMATION,
    ClusterInformation,
    ClusterInformationSpec,
    check_cluster_information,
    warn_cluster_information,
)
from bgpkit_node.resources.metadata import Metadata


def information(ready: bool | None, name: str = "default") -> ClusterInformation:
    """Make the information of a cluster."""
    return ClusterInformation(
        metadata=Metadata(name=name), spec=ClusterInformationSpec(cluster_guid="ab", datastore_ready=ready)
    )


def test_there_is_one_and_it_is_named_default() -> None:
    """Another is refused."""
    assert not list(check_cluster_information(information(ready=True)))
    (fault,) = check_cluster_information(information(True, "other"))
    assert fault.field == "metadata.name"


@pytest.mark.parametrize(("ready", "cell"), [(True, "true"), (False, "false"), (None, "-")])
def test_a_datastore_is_ready_only_if_it_is_said_so(ready: bool | None, cell: str) -> None:
    """And who says otherwise is warned."""
    one = information(ready)
    assert one.datastore_ready is (ready is True)
    assert len(list(warn_cluster_information(one))) == (0 if ready else 1)
    assert [column.cell(one, 0) for column in CLUSTER_INFORMATION.narrow] == ["default", "ab", "", "", cell]
