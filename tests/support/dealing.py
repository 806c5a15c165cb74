"""How the tests are dealt to workers: one of three takes what computes, while the others wait for daemons.

Many tests wait for timers and starts of daemons. Run all at once they leave processors idle that are short later on.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final, Self

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

_COMPUTING: Final = ("tests/conformance/", "tests/fuzz/", "tests/house/", "tests/properties/", "tests/unit/")
"""Folders of tests that wait for nothing. A worker takes a file of theirs at a time: each test is over so soon that
handing it out costs as much, and what a file shares is made once."""
_ONE_OF: Final = 3
"""Of so many workers one begins with what computes."""


class Dealing(LoadGroupScheduling):
    """Deals a group to one worker, a file of tests that compute to one worker, each other test to whoever is free."""

    @classmethod
    def when_grouped(cls, config: pytest.Config, log: Producer) -> Self | None:
        """Return the way of dealing for ``--dist loadgroup``; None leaves every other to pytest-xdist."""
        return cls(config, log) if config.getoption("dist") == "loadgroup" else None

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Keep what a worker has collected in a form that finds a test at once."""
        super().add_node_collection(node, collection)
        if node in self.registered_collections:
            self.registered_collections[node] = _Collected(collection)

    def schedule(self) -> None:
        """Put all that is to be dealt in order, the first time, and deal."""
        if self.collection is None:
            collected = next(iter(self.registered_collections.values()))
            self.workqueue = OrderedDict((name, {}) for name in order(map(self._split_scope, collected)))
        super().schedule()
        if self.collection is None:  # the workers have not collected the same
            self.workqueue.clear()

    def remove_node(self, node: WorkerController) -> str | None:
        """Take a worker away, and deal again what it has not done; return the test that it died of, which is not."""
        work = self.assigned_work.pop(node)
        left = [(name, test) for name, unit in work.items() for test, done in unit.items() if not done]
        for name, test in left[1:]:
            self.workqueue.setdefault(name, {})[test] = False
        if left:
            for other in self.nodes:
                self._reschedule(other)
        return left[0][1] if left else None

    def _reschedule(self, node: WorkerController) -> None:
        """Give a worker what it needs to go on: it begins no test before it knows the next, or that there is none."""
        super()._reschedule(node)
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)

    def _split_scope(self, nodeid: str) -> str:
        """Return the name of what a test is dealt with."""
        group = super()._split_scope(nodeid)
        return nodeid.partition("::")[0] if group == nodeid and computes(nodeid) else group

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Give a worker the next of its kind, of the other kind when there is no more of it."""
        computing = self.nodes.index(node) % _ONE_OF == _ONE_OF - 1
        following = next((name for name in self.workqueue if computes(name) is computing), None)
        if following is not None:
            self.workqueue.move_to_end(following, last=False)
        super()._assign_work_unit(node)


class _Collected(list[str]):
    """Names of tests; where one stands is looked up, not searched for."""

    def __init__(self, names: Iterable[str]) -> None:
        """Note where each stands."""
        super().__init__(names)
        self._places = {name: place for place, name in enumerate(self)}

    def index(self, value: str, *_bounds: object) -> int:
        """Return where a name stands."""
        return self._places[value]


def computes(name: str) -> bool:
    """Tell what computes from what waits; a group waits."""
    return name.startswith(_COMPUTING)


def order(names: Iterable[str]) -> list[str]:
    """Return the names of what is dealt, each once: groups, which take longest, before single tests."""
    return sorted(dict.fromkeys(names), key=lambda name: "::" in name)
