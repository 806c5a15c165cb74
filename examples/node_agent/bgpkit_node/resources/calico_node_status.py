"""CalicoNodeStatus: a request that a node report on itself, and its report."""

from collections.abc import Iterator
from enum import Enum
from typing import Annotated, ClassVar, Final

import msgspec

from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.field_types import NodeName
from bgpkit_node.resources.kind import Column, Resource, ResourceKind
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.node_status import AgentStatus, BGPStatus, RoutesStatus
from bgpkit_node.resources.part import Part

_DAY: Final = 86400


class StatusClass(Enum):
    """What is reported on."""

    AGENT = "Agent"
    BGP = "BGP"
    ROUTES = "Routes"


class CalicoNodeStatusSpec(Part, frozen=True, kw_only=True):
    """Which node reports what, and how often, in seconds; 0 is once."""

    node: NodeName = ""
    classes: tuple[StatusClass, ...] = ()
    update_period_seconds: Annotated[int, msgspec.Meta(ge=0, le=_DAY)] | None = None


class CalicoNodeStatusStatus(Part, frozen=True, kw_only=True):
    """The report; ``last_updated`` is an RFC 3339 text."""

    last_updated: str | None = None
    agent: AgentStatus | None = None
    bgp: BGPStatus | None = None
    routes: RoutesStatus | None = None


class CalicoNodeStatus(Resource, frozen=True, kw_only=True):
    """A request that a node report on itself, and its report."""

    kind: ClassVar[str] = "CalicoNodeStatus"
    spec: CalicoNodeStatusSpec = CalicoNodeStatusSpec()
    status: CalicoNodeStatusStatus | None = None


def check_calico_node_status(resource: CalicoNodeStatus) -> Iterator[Fault]:
    """Yield what is wrong with one request."""
    yield from check_metadata(resource.metadata)
    if not resource.spec.node:
        yield Fault("spec.node", "is required: the name of the node that is to report")
    if len(set(resource.spec.classes)) != len(resource.spec.classes):
        yield Fault("spec.classes", "names a class twice")


_NARROW: Final[tuple[Column[CalicoNodeStatus], ...]] = (
    Column("NAME", lambda one, _: one.name),
    Column("NODE", lambda one, _: one.spec.node),
)

CALICO_NODE_STATUS: Final[ResourceKind[CalicoNodeStatus]] = ResourceKind(
    name="CalicoNodeStatus",
    plural="caliconodestatuses",
    aliases=frozenset({"nodestatus", "nodestatuses"}),
    type=CalicoNodeStatus,
    narrow=_NARROW,
    wide=(*_NARROW, Column("CLASSES", lambda one, _: ",".join(each.value for each in one.spec.classes))),
    check=check_calico_node_status,
)
