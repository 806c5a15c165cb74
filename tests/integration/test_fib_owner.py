"""One owner for each protocol number in a table, on a real kernel: processes, namespaces, and hand-overs."""

import sys
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bgpkit import FibError
from bgpkit.fib import Fib, FibMode
from tests.integration.test_fib_kernel import GATEWAY, node, route, running, via
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import RunningProcess

__all__ = ["node"]

pytestmark = pytest.mark.netns

KEEP = """\
import asyncio
from bgpkit import FibError
from bgpkit.fib import Fib

async def main():
    fib = Fib(protocol=12)
    try:
        await fib.start()
    except FibError as error:
        print(error)
        return
    print(f"adopted {fib.held}", flush=True)
    await asyncio.sleep(600)

import structlog
structlog.configure(processors=[lambda *_: (_ for _ in ()).throw(structlog.DropEvent)])
asyncio.run(main())
"""


class Keepers:
    """Programs that keep the routes of protocol 12 in the main table of a namespace."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Write their words to ``folder``; ``stack`` ends them."""
        self._folder = folder
        self._stack = stack

    def start(self, where: Namespace) -> RunningProcess:
        """Start one and wait for its first line."""
        log = self._folder / f"keeper{len(list(self._folder.iterdir()))}"
        keeper = RunningProcess(where.command([sys.executable, "-c", KEEP]), log)
        self._stack.callback(keeper.stop)
        keeper.wait_ready(lambda: keeper.words().endswith("\n"))
        return keeper


@pytest.fixture
def keepers(tmp_path: Path) -> Generator[Keepers]:
    """Give a way to start programs; those that still run are ended."""
    with ExitStack() as stack:
        yield Keepers(tmp_path, stack)


async def test_a_second_program_is_refused_with_the_first_one_named(node: Namespace, keepers: Keepers) -> None:
    """By its process id, in one sentence; another table, and reading only, are nobody's business."""
    first = keepers.start(node)
    with node.entered():
        with pytest.raises(FibError, match=f"protocol 12 in table 254 are kept by process {first.pid} already; stop"):
            await Fib(protocol=12).start()
        async with Fib(protocol=12, table=100), Fib(protocol=13), Fib(protocol=12, mode=FibMode.READ_ONLY):
            pass


async def test_the_way_into_a_namespace_does_not_matter(node: Namespace, keepers: Keepers) -> None:
    """By its name from outside, or from inside: it is one place, and elsewhere is another."""
    first = keepers.start(node)
    with pytest.raises(FibError, match=f"kept by process {first.pid} already"):
        await Fib(protocol=12, netns=node.name).start()
    first.kill()
    async with Fib(protocol=12, netns=str(node.path)):
        assert "kept by process" in keepers.start(node).words()


async def test_another_namespace_has_an_owner_of_its_own(
    namespaces: Namespaces, node: Namespace, keepers: Keepers
) -> None:
    """The same number in the same table of another machine, as it were."""
    keepers.start(node)
    assert keepers.start(namespaces.node("other")).words() == "adopted 0\n"


async def test_a_killed_program_is_followed_at_once_and_its_routes_adopted(node: Namespace, keepers: Keepers) -> None:
    """Three times over."""
    async with running(node) as fib:
        fib.replace(route("10.1.0.0/16", via(GATEWAY)))
        await fib.settled()
    for _ in range(3):
        keeper = keepers.start(node)
        assert keeper.words() == "adopted 1\n"
        keeper.kill()
    async with running(node) as fib:
        assert fib.held == 1


async def test_a_fib_follows_another_in_one_process(node: Namespace) -> None:
    """Closed and opened, as the node agent does: without a wait; two at a time are refused."""
    async with running(node):
        with pytest.raises(FibError, match="are kept by this process already"):
            async with running(node):
                pass
    async with running(node) as fib:
        assert fib.held == 0
