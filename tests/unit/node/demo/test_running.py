"""Scenarios one after the other: cleared between, ended by a fault, interrupted."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import pytest

from bgpkit_node.demo import running
from bgpkit_node.demo.cluster import MACHINES, Cluster
from bgpkit_node.demo.isolation import Isolation
from bgpkit_node.demo.report import Report
from bgpkit_node.demo.scenario import Step
from bgpkit_node.demo.titles import TITLES
from bgpkit_node.errors import NodeError

NAMES = ("cluster", "cross-subnet", "office")


class _Cluster:
    """Stands for a cluster, and keeps what is done with it."""

    machines = MACHINES[:1]

    def __init__(self, done: list[str], name: str) -> None:
        self._done, self._name = done, name

    async def stop(self) -> None:
        self._done.append(f"{self._name} stopped")

    async def clear(self) -> None:
        self._done.append(f"{self._name} cleared")

    def log_of(self, _machine: object) -> str:
        return "the log"


class _Story:
    """A scenario whose steps only say that they were taken; one may fail, or last for ever."""

    def __init__(self, done: list[str], name: str, failing: str, lasting: str) -> None:
        self._names = (done, name, failing, lasting)
        self.facts: dict[str, object] = {f"{name} facts": 1}
        self.cluster = cast(Cluster, _Cluster(done, name))

    @property
    def steps(self) -> Mapping[str, Step]:
        return {step: self._step(step) for step in TITLES[self._names[1]]}

    def _step(self, step: str) -> Step:
        async def take() -> None:
            done, _, failing, lasting = self._names
            done.append(step)
            if step == failing:
                raise NodeError("it has failed")
            if step == lasting:
                await asyncio.Event().wait()

        return take


Run = Callable[..., tuple[int, list[str], list[dict[str, Any]]]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Give a function that runs scenarios; it returns the exit code, what was done, and what was told."""
    reading, writing = os.pipe()

    def one_more(
        *names: str, hold: str | None = None, failing: str = "", lasting: str = "", stop: bool = False
    ) -> tuple[int, list[str], list[dict[str, Any]]]:
        done: list[str] = []

        def story(name: str) -> Callable[[Report], _Story]:
            return lambda _report: _Story(done, name, failing, lasting)

        monkeypatch.setattr(running, "SCENARIOS", {name: story(name) for name in NAMES})
        if stop:
            os.write(writing, b"stop")
        isolation = Isolation(pid=1, stop=reading, unprivileged=False)
        status = asyncio.run(running.run_demonstration(isolation, names, hold=hold, as_json=True))
        return status, done, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    yield one_more
    os.close(reading)
    os.close(writing)


def test_each_leaves_its_place_to_the_next(run: Run) -> None:
    """All steps of all, in their order; a cluster is cleared before the next one, and the last one stopped."""
    status, done, told = run(*NAMES)
    first, second, third = (list(TITLES[name]) for name in NAMES)
    expected = [*first, "cluster cleared", *second, "cross-subnet cleared", *third, "office stopped"]
    assert (status, done) == (0, expected)
    assert [event["name"] for event in told if event["event"] == "step"] == [*first, *second, *third]
    assert told[-1]["event"] == "done"
    assert {f"{name} facts" for name in NAMES} <= told[-1].keys()


def test_a_fault_ends_it_with_the_logs_and_one_sentence(run: Run) -> None:
    """Exit code 1; the steps after it are not taken."""
    status, done, told = run("office", "cluster", failing="one-route")
    assert (status, done) == (1, ["network", "one-route", "office stopped"])
    assert [event["event"] for event in told[-2:]] == ["text", "failed"]
    assert (told[-2]["lines"], told[-1]["error"]) == (["the log"], "it has failed")


def test_an_interruption_ends_it_wherever_it_is(run: Run) -> None:
    """Exit code 130, one sentence, and the cluster is stopped."""
    status, done, told = run("office", lasting="one-route", stop=True)
    assert (status, done[-1]) == (130, "office stopped")
    assert told[-1] == {"event": "failed", "error": "interrupted; nothing is left behind"}
