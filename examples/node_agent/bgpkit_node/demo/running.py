"""The demonstration as a whole: its scenarios one after the other, until they are done, fail, or are interrupted."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bgpkit_node.demo.cross_subnet import CrossSubnet
from bgpkit_node.demo.isolation import Isolation
from bgpkit_node.demo.office import Office
from bgpkit_node.demo.report import Report, make_report
from bgpkit_node.demo.scenario import Scenario
from bgpkit_node.demo.steps import Demonstration
from bgpkit_node.demo.titles import CLUSTER, TITLES
from bgpkit_node.errors import NodeError

SCENARIOS: Final[Mapping[str, Callable[[Report], Scenario]]] = MappingProxyType(
    {CLUSTER: Demonstration.begun, "cross-subnet": CrossSubnet, "office": Office}
)


async def run_demonstration(isolation: Isolation, names: Sequence[str], *, hold: str | None, as_json: bool) -> int:
    """Run the scenarios called ``names`` and return the exit code.

    With ``hold``, stop after that step and wait for Ctrl-C.
    """
    stories = _Stories(make_report(as_json=as_json), hold)
    report = stories.report
    stopped = _stop_request(isolation)
    started = time.monotonic()
    work = asyncio.create_task(stories.tell(names))
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            report.fail("interrupted; nothing is left behind")
            return 130
        work.result()
        facts = {**stories.facts, "seconds": round(time.monotonic() - started, 1)}
        if hold is not None and stories.current is not None:
            _hold(stories.current, report, isolation, hold)
            await stopped
        report.finish(facts)
    except NodeError as error:
        if stories.current is not None:
            _tell_last_words(stories.current, report)
        report.fail(str(error))
        return 1
    except BrokenPipeError:  # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    finally:
        work.cancel()
        if stories.current is not None:
            await stories.current.cluster.stop()
    return 0


class _Stories:
    """The scenarios; each leaves the place as it was for the next one."""

    def __init__(self, report: Report, hold: str | None) -> None:
        self.report = report
        self.facts: dict[str, object] = {}
        self.current: Scenario | None = None
        self._hold = hold

    async def tell(self, names: Sequence[str]) -> None:
        """Take the steps of the scenarios, up to the one to hold at; NodeError ends them."""
        for name in names:
            if self.current is not None:
                await self.current.cluster.clear()
            self.current = SCENARIOS[name](self.report)
            for step, title in TITLES[name].items():
                self.report.step(step, title)
                await self.current.steps[step]()
                self.facts.update(self.current.facts)
                if step == self._hold:
                    return


def _tell_last_words(scenario: Scenario, report: Report) -> None:
    for machine in scenario.cluster.machines:
        report.text(f"last words of the agent of {machine.name}", scenario.cluster.log_of(machine))


def _stop_request(isolation: Isolation) -> asyncio.Future[None]:
    """Return a future that is done when the demonstration is to end: by its guard, or by a signal of its own."""
    loop = asyncio.get_running_loop()
    stopped = loop.create_future()

    def stop() -> None:
        loop.remove_reader(isolation.stop)
        if not stopped.done():
            stopped.set_result(None)

    loop.add_reader(isolation.stop, stop)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return stopped


def _hold(scenario: Scenario, report: Report, isolation: Isolation, step: str) -> None:
    """Tell how to look around, from another terminal."""
    cluster = scenario.cluster
    script = cluster.write_entrance()
    user = "-U --preserve-credentials " if isolation.unprivileged else ""
    enter = f"nsenter -t {isolation.pid} {user}-m -n -p {script}"
    first = cluster.machines[0].name
    report.hold(
        step,
        isolation.pid,
        [
            f"a shell on a node:  {enter} {first}",
            "inside it:          bgpkit-node node status; bgpkit-node get nodes -o wide; ip route; ss -tnp",
            f"or one command:     {enter} {first} bgpkit-node node status",
            f"places to enter:    {', '.join(cluster.places)}",
        ],
    )
