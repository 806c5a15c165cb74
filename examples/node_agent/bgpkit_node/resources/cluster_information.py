"""ClusterInformation: what the cluster is, and whether its datastore may be used."""

from collections.abc import Iterator
from typing import ClassVar, Final

import msgspec

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.part import Part


class ClusterInformationSpec(Part, frozen=True, kw_only=True):
    """Written by the agents; ``datastore_ready`` false stops all that would give out addresses."""

    cluster_guid: str = msgspec.field(default="", name="clusterGUID")
    cluster_type: str = ""
    calico_version: str = ""
    datastore_ready: bool | None = None
    variant: str = ""


class ClusterInformation(Resource, frozen=True, kw_only=True):
    """What the cluster is; there is one, named ``default``."""

    kind: ClassVar[str] = "ClusterInformation"
    spec: ClusterInformationSpec = ClusterInformationSpec()

    @property
    def datastore_ready(self) -> bool:
        """Whether the datastore may be used; nothing said is no."""
        return self.spec.datastore_ready is True


def check_cluster_information(information: ClusterInformation) -> Iterator[Fault]:
    """Yield what is wrong with it."""
    yield from check_metadata(information.metadata)
    if information.name != "default":
        yield Fault("metadata.name", f"must be default, not {information.name}: a cluster has one ClusterInformation")


def warn_cluster_information(information: ClusterInformation) -> Iterator[str]:
    """Yield what stops the cluster."""
    if not information.datastore_ready:
        yield f"{information}: no pod gets an address while datastoreReady is not true"


def _ready(information: ClusterInformation, _inherited: int) -> str:
    ready = information.spec.datastore_ready
    return "-" if ready is None else str(ready).lower()


_COLUMNS: Final[tuple[Column[ClusterInformation], ...]] = (
    Column("NAME", lambda information, _: information.name),
    Column("CLUSTERGUID", lambda information, _: information.spec.cluster_guid),
    Column("CLUSTERTYPE", lambda information, _: information.spec.cluster_type),
    Column("CALICOVERSION", lambda information, _: information.spec.calico_version),
    Column("DATASTOREREADY", _ready),
)

CLUSTER_INFORMATION: Final[ResourceKind[ClusterInformation]] = ResourceKind(
    name="ClusterInformation",
    plural="clusterinformations",
    aliases=frozenset({"clusterinfo", "clusterinfos"}),
    type=ClusterInformation,
    narrow=_COLUMNS,
    wide=_COLUMNS,
    check=check_cluster_information,
    warn=warn_cluster_information,
)
