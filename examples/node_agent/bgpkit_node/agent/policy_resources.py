"""Resources as a watch tells them, turned into changes of what decides about packets."""

import structlog
from structlog.typing import FilteringBoundLogger

from bgpkit_node.policy import ResourceState, StateChange
from bgpkit_node.policy.closed_policies import ClosedPolicies, closed_policy
from bgpkit_node.policy.model import PolicyId
from bgpkit_node.resources import (
    FelixConfiguration,
    FelixSettings,
    Metadata,
    Node,
    Resource,
    ResourceBatch,
    ResourceChange,
    Unreadable,
)

_Place = tuple[str, str]
_log: FilteringBoundLogger = structlog.get_logger("bgpkit_node.policies")


class PolicyResources:
    """Folds batches, also those of a watch that begins anew and does not tell what has gone meanwhile."""

    def __init__(self, node: str) -> None:
        """Begin with no resource; endpoints on ``node`` are local."""
        self._state = ResourceState(node)
        self._known: dict[_Place, Resource] = {}
        self._closed = ClosedPolicies()
        self._told: frozenset[Unreadable] = frozenset()
        self._refused: dict[_Place, Unreadable] = {}
        self._said: frozenset[Unreadable] = frozenset()
        self._own = Node(metadata=Metadata(name=node))
        self._configurations: dict[str, FelixConfiguration] = {}

    @property
    def settings(self) -> FelixSettings:
        """What the FelixConfigurations come to on the node."""
        return FelixSettings.of(self._configurations.values(), self._own)

    @property
    def closed(self) -> frozenset[Unreadable]:
        """The policies that cannot be read, so that all that they may be about is denied."""
        return frozenset(each for each in {*self._told, *self._refused.values()} if closed_policy(each) is not None)

    def take(self, batch: ResourceBatch, *, anew: bool) -> None:
        """Take in a batch; one that begins ``anew`` tells all that is there, and nothing else is."""
        told = {_place(change.resource): change.new for change in batch.changes}
        gone = [place for place in self._known if place not in told] if anew else []
        for place in gone:
            self._take(place, None)
        for place, resource in told.items():
            if resource != self._known.get(place):
                self._take(place, resource)
        self._told = batch.unreadable

    def take_change(self) -> StateChange:
        """Return all that changed since this was asked last; log what policies have become unreadable."""
        closed = self.closed
        for each in sorted(closed - self._said):
            whom = f"all pods of namespace {each.namespace}" if each.namespace else "all pods"
            doing = f"{whom} are treated as selected and denied what it may deny, until it can be read"
            _log.warning("policy.unreadable", policy=str(PolicyId(*each[:3])), reason=each.reason, doing=doing)
        self._said = closed
        return self._closed.amend(self._state.take_change(), closed)

    def _take(self, place: _Place, resource: Resource | None) -> None:
        before = self._known.pop(place, None)
        self._refused.pop(place, None)
        if resource is not None:
            self._known[place] = resource
        match resource or before:
            case FelixConfiguration(name=name):
                self._configurations.pop(name, None)
                if isinstance(resource, FelixConfiguration):
                    self._configurations[name] = resource
            case Node(name=self._own.name):
                self._own = resource if isinstance(resource, Node) else Node(metadata=Metadata(name=self._own.name))
            case _:
                pass
        if before is None and resource is None:
            return
        try:
            self._state.take(ResourceChange(before, resource))
        except ValueError as error:
            subject = resource or before
            if subject is not None:
                self._refused[place] = Unreadable(subject.kind, subject.namespace, subject.name, str(error))


def _place(resource: Resource) -> _Place:
    return resource.kind, resource.qualified_name
