"""What an ADD learns of its pod: at once what is known, soon what is on its way, nothing where nobody tells."""

import asyncio
from collections.abc import Awaitable, Callable

from structlog.testing import capture_logs

from bgpkit_node.agent.told_pods import PATIENCE, ToldPods, told_pods
from bgpkit_node.cni.pod_facts import COPYING, PodFacts, pod_key
from bgpkit_node.datastore import Delete, Put
from bgpkit_node.running import Outages
from tests.support.memory_datastore import MemoryDatastore
from tests.support.virtual_time import run

WEB = PodFacts(uid="u1", labels={"role": "web"})
MARK = Put(COPYING, b"{}")


def put(facts: PodFacts, node: str = "n1") -> Put:
    """Return the write that tells ``node`` of the pod shop/web."""
    return Put(pod_key(node, "shop/web"), facts.encoded())


def asked(
    *stored: Put, uid: str = "u1", meanwhile: Callable[[MemoryDatastore], Awaitable[object]] | None = None
) -> tuple[PodFacts | None, float, int]:
    """Ask for shop/web on n1, with something ``stored`` before and something done half a second after.

    Returns the answer, how many seconds it took, and how many warnings were told.
    """

    async def ask() -> tuple[PodFacts | None, float]:
        """Be an agent for a while."""
        datastore, loop = MemoryDatastore(), asyncio.get_running_loop()
        if stored:
            await datastore.transact(stored)
        async with told_pods("n1", datastore, Outages()) as pods:
            began = loop.time()
            asking = asyncio.ensure_future(pods.facts("shop/web", uid))
            await asyncio.sleep(0.5)
            if meanwhile is not None:
                await meanwhile(datastore)
            found = await asking
            return found, loop.time() - began

    with capture_logs() as logs:
        found, seconds = run(ask())
    return found, round(seconds, 3), len([each for each in logs if each["event"] == "pod.not_told"])


def test_what_is_known_is_given_at_once_whoever_runs() -> None:
    """Whether or not the runtime gives a uid."""
    assert asked(put(WEB)) == (WEB, 0.5, 0)
    assert asked(MARK, put(WEB)) == (WEB, 0.5, 0)
    assert asked(MARK, put(WEB), uid="") == (WEB, 0.5, 0)


def test_nobody_is_waited_for_where_no_controllers_run() -> None:
    """Nor does the pod of another node help, or an earlier one of the same name."""
    assert asked() == (None, 0.5, 0)
    assert asked(put(WEB, "n2")) == (None, 0.5, 0)
    assert asked(put(WEB), uid="u2") == (None, 0.5, 0)


def test_what_is_on_its_way_is_waited_for() -> None:
    """A pod that was not there, and the next one of a name, whose predecessor is known still."""
    late = PodFacts(uid="u2")
    assert asked(MARK, uid="u2", meanwhile=lambda store: store.transact([put(late)])) == (late, 0.5, 0)
    assert asked(MARK, put(WEB), uid="u2", meanwhile=lambda store: store.transact([put(late)])) == (late, 0.5, 0)


def test_a_pod_of_which_nothing_comes_goes_on_after_a_moment_with_a_warning() -> None:
    """As when another pod of its name is known all the time, or what stands there cannot be read."""
    assert asked(MARK) == (None, PATIENCE, 1)
    assert asked(MARK, put(WEB), uid="u2") == (None, PATIENCE, 1)
    unreadable = Put(pod_key("n1", "shop/web"), b"[]")
    assert asked(MARK, unreadable) == (None, PATIENCE, 1)
    assert asked(MARK, unreadable, meanwhile=lambda store: store.transact([put(WEB)])) == (WEB, 0.5, 0)


def test_controllers_that_end_are_waited_for_no_longer() -> None:
    """They take their mark away."""
    assert asked(MARK, meanwhile=lambda store: store.transact([Delete(COPYING)])) == (None, 0.5, 0)


def test_a_pod_that_is_gone_is_known_no_more() -> None:
    """What comes after it under its name is another."""

    async def live() -> tuple[PodFacts | None, PodFacts | None]:
        """Ask before and after."""
        datastore = MemoryDatastore()
        await datastore.transact([put(WEB)])
        async with told_pods("n1", datastore, Outages()) as pods:
            before = await pods.facts("shop/web", "")
            await datastore.transact([Delete(pod_key("n1", "shop/web"))])
            await asyncio.sleep(0.1)
            return before, await pods.facts("shop/web", "")

    assert run(live()) == (WEB, None)


def test_an_add_that_comes_before_anything_was_read_waits_for_that() -> None:
    """And no longer than for a pod: an agent whose datastore is away has other errors."""

    async def never() -> tuple[PodFacts | None, float]:
        """Ask one that follows nothing."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        found = await ToldPods("n1", MemoryDatastore(), Outages()).facts("shop/web", "")
        return found, loop.time() - began

    with capture_logs() as logs:
        assert run(never()) == (None, PATIENCE)
    assert [each["event"] for each in logs] == ["pod.not_told"]
