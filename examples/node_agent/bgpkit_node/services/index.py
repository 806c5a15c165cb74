"""Services joined with the slices that tell the pods behind them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from bgpkit_node.resources import EndpointSlice, ResourceChange, Service


class ServiceKey(NamedTuple):
    """Whose name it is: a service, or one that only slices tell of."""

    namespace: str
    name: str


class ServiceIndex:
    """Follows services and slices as they come, change and go, in whatever order."""

    def __init__(self) -> None:
        """Begin with none."""
        self._services: dict[ServiceKey, Service] = {}
        self._belonging: dict[str, ServiceKey] = {}
        self._slices: dict[ServiceKey, dict[str, EndpointSlice]] = defaultdict(dict)

    def __iter__(self) -> Iterator[ServiceKey]:
        """Give the services that there are."""
        return iter(self._services)

    def __contains__(self, key: ServiceKey) -> bool:
        """Tell whether there is such a service, or a slice of it."""
        return key in self._services or key in self._slices

    def service(self, key: ServiceKey) -> Service | None:
        """Return a service."""
        return self._services.get(key)

    def slices(self, key: ServiceKey) -> tuple[EndpointSlice, ...]:
        """Return the slices of a service."""
        return tuple(self._slices.get(key, {}).values())

    def take(self, change: ResourceChange) -> frozenset[ServiceKey]:
        """Take in one change; return the services that it is about, none for resources of other kinds."""
        resource, is_there = change.resource, change.new is not None
        match resource:
            case Service():
                key = ServiceKey(resource.namespace, resource.name)
                if is_there:
                    self._services[key] = resource
                else:
                    self._services.pop(key, None)
                return frozenset({key})
            case EndpointSlice():
                return self._take_slice(resource, is_there=is_there)
            case _:
                return frozenset()

    def _take_slice(self, found: EndpointSlice, *, is_there: bool) -> frozenset[ServiceKey]:
        """Take in a slice, which may have belonged to another service before."""
        concerned: set[ServiceKey] = set()
        before = self._belonging.pop(found.qualified_name, None)
        if before is not None:
            concerned.add(before)
            del self._slices[before][found.qualified_name]
            if not self._slices[before]:
                del self._slices[before]
        if is_there and found.service:
            key = ServiceKey(found.namespace, found.service)
            concerned.add(key)
            self._belonging[found.qualified_name] = key
            self._slices[key][found.qualified_name] = found
        return frozenset(concerned)
