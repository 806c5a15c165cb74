"""Lists and watches through all that can go wrong, in virtual time. Kubernetes API Concepts, efficient detection."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

from bgpkit_node.controllers.following import follow
from bgpkit_node.controllers.node_labels import NodeLabels
from bgpkit_node.controllers.tally import Tally
from bgpkit_node.errors import KubernetesError
from bgpkit_node.kubernetes import ApiEvent, ApiObject, WatchedKind
from tests.support import virtual_time
from tests.support.kubernetes_scripts import an_object

GONE = KubernetesError("too old", 410)
AWAY = KubernetesError("no answer")
_Watched = list[ApiEvent | KubernetesError]


def told(name: str, version: int, **labels: str) -> dict[str, Any]:
    """Make a node at a version."""
    found = an_object(name, labels=labels)
    found["metadata"]["resourceVersion"] = str(version)
    return found


class Script:
    """An API whose answers are written down; the last watch lasts for ever."""

    def __init__(self, lists: list[list[ApiObject] | KubernetesError], watches: list[_Watched]) -> None:
        """Give one answer after the other; the first list is at version 10, the next at 20."""
        self._lists, self._watches = lists, watches
        self._version = 0
        self.asked: list[str] = []
        """Lists, and the versions of watches."""
        self.times: list[float] = []

    def _note(self, what: str) -> None:
        self.asked.append(what)
        self.times.append(asyncio.get_running_loop().time())

    async def pages(self, kind: WatchedKind) -> AsyncGenerator[tuple[list[ApiObject], str], None]:
        """Yield the next list, an object a page."""
        self._note(f"list {kind.plural}")
        found = self._lists.pop(0)
        if isinstance(found, KubernetesError):
            raise found
        self._version += 10
        for each in found:
            yield [each], str(self._version)
        yield [], str(self._version)

    async def watch(self, kind: WatchedKind, version: str) -> AsyncGenerator[ApiEvent, None]:
        """Yield the next watch's events; an error ends it."""
        self._note(version)
        if not self._watches:
            await asyncio.Event().wait()
        for event in self._watches.pop(0):
            if isinstance(event, KubernetesError):
                raise event
            yield event


class Following:
    """A copier of nodes that follows a script for a minute."""

    def __init__(self, script: Script, *, look: Callable[["Following"], None] = lambda _: None) -> None:
        """Follow; ``look`` is called whenever names have to be settled."""
        self.script, self.copier, self.tally = script, NodeLabels(), Tally(unknown={"Node"})
        self.changed: list[set[str]] = []
        self._look = look
        virtual_time.run(self._follow())

    async def _follow(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(60):
                await follow(self.script, self.copier, self._note, self.tally)

    def _note(self, names: set[str]) -> None:
        self.changed.append(names)
        self._look(self)

    @property
    def seen(self) -> dict[str, Any]:
        """What is known."""
        return dict(self.copier.seen)


def test_a_watch_goes_on_where_the_list_or_the_watch_before_ended() -> None:
    """Bookmarks move that place and tell of no object; what changes nothing of use asks for nothing."""
    bookmark = ApiEvent({"metadata": {"resourceVersion": "50"}}, bookmark=True)
    first = [ApiEvent(told("b", 11, zone="b")), ApiEvent(told("a", 12), gone=True), ApiEvent(told("b", 13, zone="b"))]
    found = Following(Script([[told("a", 3), told("b", 4)]], [[*first], [bookmark], [AWAY]]))
    assert found.script.asked == ["list nodes", "10", "13", "50", "50"]
    assert found.seen == {"b": {"zone": "b"}}
    assert found.changed == [
        {"a", "b"},
        {"b"},
        {"a"},
        set(),
    ]
    assert (found.tally.kubernetes.reason, found.tally.objects["Node"]) == (str(AWAY), 1)


def test_changes_that_are_not_kept_any_more_are_found_by_a_list() -> None:
    """What went unheard is gone; the names of what differs are settled."""
    found = Following(Script([[told("a", 3), told("b", 4)], [told("b", 4), told("c", 15)]], [[GONE]]))
    assert found.script.asked == ["list nodes", "10", "list nodes", "20"]
    assert found.changed == [{"a", "b"}, {"a", "c"}]
    assert found.tally.kubernetes.count == 0


def test_an_api_whose_changes_are_never_kept_is_an_outage_until_a_watch_tells_something() -> None:
    """What happens between two lists is missed, so probes are told; one list more is no reason."""
    lists: list[list[ApiObject] | KubernetesError] = [[told("a", 3)] for _ in range(5)]
    reasons: list[str] = []
    script = Script(lists, [[GONE], [GONE], [GONE], [ApiEvent(told("b", 41)), GONE]])
    found = Following(script, look=lambda each: reasons.append(each.tally.kubernetes.reason))
    assert found.script.asked == [each for at in (10, 20, 30, 40, 50) for each in ("list nodes", str(at))]
    assert reasons == ["", "", str(GONE), str(GONE), str(GONE), ""]
    assert (found.tally.kubernetes.reason, found.tally.kubernetes.count) == ("", 1)


def test_while_the_api_does_not_answer_what_is_known_stays() -> None:
    """The pauses grow; an outage is counted once, and probes are told until it is over."""
    reasons: list[str] = []
    script = Script([[told("a", 3)], [told("a", 3)]], [[AWAY], [AWAY], [AWAY], [AWAY], [ApiEvent(told("b", 11))]])
    found = Following(script, look=lambda each: reasons.append(each.tally.kubernetes.reason))
    assert found.script.asked == ["list nodes", "10", "10", "10", "10", "10", "11"]
    assert found.seen == {"a": {}, "b": {}}
    assert (reasons, found.tally.kubernetes.reason, found.tally.kubernetes.count) == (["", str(AWAY)], "", 1)
    pauses = [after - before for before, after in zip(script.times[1:], script.times[2:6], strict=False)]
    assert pauses[-1] > pauses[0]


def test_pauses_are_short_again_after_something_was_heard() -> None:
    """However long they have been before."""
    watches: list[_Watched] = [[AWAY] for _ in range(6)]
    script = Script([[told("a", 3)]], [*watches, [ApiEvent(told("b", 11)), AWAY]])
    pauses = [after - before for before, after in pairwise(Following(script).script.times[1:])]
    assert len(pauses) == 7
    assert pauses[5] > 3
    assert pauses[6] < 0.3


def test_before_the_first_list_nothing_counts_as_gone() -> None:
    """Probes are told which kinds are unknown."""
    found = Following(Script([AWAY] * 100, []))
    assert (found.copier.complete, found.tally.unknown, found.changed) == (False, {"Node"}, [])


def test_watches_that_end_at_once_are_not_asked_for_without_a_pause() -> None:
    """As of something in between that does not hold connections."""
    found = Following(Script([[told("a", 3)]], [[] for _ in range(1000)]))
    assert len(found.script.asked) < 30


def test_a_kind_that_nobody_has_defined_is_looked_for_from_time_to_time() -> None:
    """It is nothing to wait for; what was copied of it stays, and the copier knows that it does not know."""
    absent = KubernetesError("no such kind", 404)
    script, copier, tally, changed = Script([absent] * 100, []), NodeLabels(), Tally(), list[set[str]]()
    copier.watched = WatchedKind("Rare", "x/v1", "rares", optional=True)

    async def followed() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(150):
                await follow(script, copier, changed.append, tally)

    virtual_time.run(followed())
    assert (script.times, tally.unknown, tally.kubernetes.count) == ([0.0, 60.0, 120.0], set(), 0)
    assert (copier.complete, changed) == (False, [])
