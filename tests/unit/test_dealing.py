"""How this project's tests are dealt to workers: a worker sees whole files of quick tests, and one begins with them."""

from types import SimpleNamespace
from typing import cast
from unittest import mock

import pytest
from xdist.remote import Producer
from xdist.workermanage import WorkerController

from tests.support.dealing import Dealing

QUICK = [f"tests/unit/test_{name}.py::test_{number}" for name in ("fsm", "rib") for number in range(5)]
SINGLE = [f"tests/interop/test_bird.py::test_{number}[a::b]" for number in range(6)]
GROUPED = [f"tests/integration/test_demo.py::test_{number}@demo" for number in range(3)]


class Worker:
    """Notes what it is told to run."""

    shutting_down = False
    gateway = SimpleNamespace(id="gw0")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.told: list[list[int]] = []
        self.over = 0

    def send_runtest_some(self, indices: list[int]) -> None:
        """Note the tests by number."""
        self.told.append(indices)

    def shutdown(self) -> None:
        """Get no more."""
        self.shutting_down = True


def _config(dist: str = "loadgroup") -> pytest.Config:
    """Return as much of a configuration as dealing looks at, for three workers."""
    options = {"dist": dist, "tx": ["3*popen"]}
    option = SimpleNamespace(loadscopereorder=True)
    return cast("pytest.Config", SimpleNamespace(getvalue=options.get, getoption=options.get, option=option))


def _dealing(workers: list[Worker]) -> Dealing:
    """Return what deals to workers of which each has collected all."""
    dealing = Dealing(_config())
    for worker in workers:
        dealing.add_node(cast("WorkerController", worker))
        dealing.add_node_collection(cast("WorkerController", worker), QUICK + SINGLE + GROUPED)
    return dealing


def _run(dealing: Dealing, workers: list[Worker]) -> list[list[list[str]]]:
    """Deal until there is nothing left; return what each worker was told, test by test and in turn."""
    dealing.schedule()
    while dealing.has_pending:
        assert [dealing for worker in workers if _runs_one(dealing, worker)], "nobody can go on"
    tests = QUICK + SINGLE + GROUPED
    return [[[tests[index] for index in indices] for indices in worker.told] for worker in workers]


def _runs_one(dealing: Dealing, worker: Worker) -> bool:
    """Have a worker run a test, if it may: it has to know the next one, or that there is none."""
    todo = [index for indices in worker.told for index in indices][worker.over :]
    if len(todo) > (0 if worker.shutting_down else 1):
        worker.over += 1
        dealing.mark_test_complete(cast("WorkerController", worker), todo[0])
        return True
    return False


def test_one_worker_begins_with_quick_files_and_the_others_with_a_group_and_what_waits() -> None:
    """So that processors have work while the others wait."""
    workers = [Worker(), Worker(), Worker()]
    told = _run(_dealing(workers), workers)
    assert [each[0] for each in told] == [GROUPED, SINGLE[:1], QUICK[:5]]


def test_every_test_is_dealt_once_and_files_of_quick_ones_and_groups_are_whole() -> None:
    """Whoever is free takes what is left, of the other kind, too."""
    workers = [Worker(), Worker(), Worker()]
    units = [unit for each in _run(_dealing(workers), workers) for unit in each]
    assert sorted(units) == sorted([QUICK[:5], QUICK[5:], GROUPED, *([test] for test in SINGLE)])
    assert all(worker.shutting_down for worker in workers)


@pytest.mark.parametrize("over", range(5))
def test_what_a_worker_that_dies_has_left_is_done_by_others_but_for_what_it_died_of(over: int) -> None:
    """Each of all other tests is run once, also when nobody is left but the worker that takes its place."""
    tests = QUICK + SINGLE + GROUPED
    workers, replacing = [Worker(), Worker(), Worker()], Worker()
    dealing = _dealing(workers)
    dealing.schedule()
    for _ in range(over):
        _runs_one(dealing, workers[0])
    for other in workers[1:]:
        while _runs_one(dealing, other):
            pass
    done = [index for indices in workers[0].told for index in indices][: workers[0].over + 1]
    assert dealing.remove_node(cast("WorkerController", workers[0])) == tests[done[-1]]
    dealing.add_node(cast("WorkerController", replacing))
    dealing.add_node_collection(cast("WorkerController", replacing), tests)
    _run(dealing, [*workers[1:], replacing])
    for worker in (*workers[1:], replacing):
        assert worker.over == sum(map(len, worker.told))
        done += [index for indices in worker.told for index in indices]
    assert sorted(done) == list(range(len(tests)))


def test_workers_that_have_collected_different_tests_get_none() -> None:
    """There is nothing to run and nothing to wait for."""
    workers = [Worker(), Worker(), Worker()]
    dealing = _dealing(workers)
    dealing.registered_collections[cast("WorkerController", workers[1])] = QUICK
    vars(dealing.config).update(hook=mock.Mock())
    dealing.schedule()
    assert (dealing.has_pending, [worker.told for worker in workers]) == (False, [[], [], []])


@pytest.mark.parametrize("dist", ["load", "loadfile", "each", "no"])
def test_another_way_that_a_user_asks_for_is_left_as_it_is(dist: str) -> None:
    """It is for loadgroup only, which make test asks for."""
    assert Dealing.when_grouped(_config(dist), Producer("test")) is None
    assert isinstance(Dealing.when_grouped(_config(), Producer("test")), Dealing)
