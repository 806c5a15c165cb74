"""What a scenario of the demonstration is: a story in steps, on a cluster of its own."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

from bgpkit_node.demo.cluster import Cluster

Step: TypeAlias = Callable[[], Awaitable[None]]
"""Shows something; raises NodeError when it is not as it should be."""


class Scenario(Protocol):
    """A story in steps."""

    @property
    def cluster(self) -> Cluster:
        """The cluster that it happens on."""
        ...

    @property
    def facts(self) -> dict[str, object]:
        """The figures by now."""
        ...

    @property
    def steps(self) -> Mapping[str, Step]:
        """The steps by their names in ``titles``."""
        ...
