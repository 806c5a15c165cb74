"""``bgpkit watch``."""

import asyncio
import json
import sys
from io import StringIO
from pathlib import Path

import pytest

from bgpkit import Speaker
from bgpkit.command import watch
from bgpkit.command.main import main
from tests.support.scripted_peer import eventually
from tests.support.speakers import THEIRS, towards_scripted
from tests.unit.command.running import Capture, asked_speaker, said


async def watched(monkeypatch: pytest.MonkeyPatch, speaker: Speaker, path: Path, *words: str) -> list[str]:
    """Return what a watch writes while a route comes and goes and a peer comes, until the speaker stops."""
    out = StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    running = asyncio.create_task(asyncio.to_thread(main, ["watch", *words, "--socket", str(path)]))
    await asyncio.sleep(0.3)
    await speaker.announce("10.2.0.0/16")
    await speaker.withdraw("10.0.0.0/8")
    await speaker.add_peer(towards_scripted("127.0.0.9"))
    await eventually(lambda: "\n" in out.getvalue(), "a line")
    await asyncio.sleep(0.1)
    await speaker.stop()
    assert await running == 0
    return out.getvalue().splitlines()


async def test_routes_and_their_changes_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """First what there is, then what changes."""
    async with asked_speaker() as (speaker, path):
        assert await watched(monkeypatch, speaker, path) == [
            "+ 10.0.0.0/8 from local: 7 i",
            "+ 10.1.0.0/16 from local: 7 i",
            "+ 10.2.0.0/16 from local: i",
            "- 10.0.0.0/8",
        ]


async def test_news_alone_inside_prefixes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As objects for machines."""
    async with asked_speaker() as (speaker, path):
        lines = await watched(monkeypatch, speaker, path, "--news", "10.2.0.0/15", "--json")
        events = [json.loads(line) for line in lines]
        assert [event["event"] for event in events] == ["snapshot-start", "snapshot-end", "route"]
        assert events[2]["destination"] == "10.2.0.0/16"


async def test_events_of_peers_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that come from then on."""
    async with asked_speaker() as (speaker, path):
        lines = await watched(monkeypatch, speaker, path, "--events")
        assert lines[0].endswith("peer-added  127.0.0.9  asn 64512")
        assert not any(THEIRS in line for line in lines[:1])


async def test_words_that_cannot_be_meant_are_told(capsys: Capture) -> None:
    """Exit status 2."""
    async with asked_speaker() as (_, path):
        assert "--events tells of peers" in await said(capsys, path, "watch", "--events", "--news", status=2)


def test_an_interrupt_is_how_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit status 0."""

    def interrupted(*words: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(watch, "asked", interrupted)
    assert main(["watch"]) == 0


def test_news_is_told_at_once_and_the_picture_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads from a pipe waits for nothing, and a million routes are not a million writes."""
    flushed: list[int] = []

    class Counting(StringIO):
        def flush(self) -> None:
            flushed.append(self.getvalue().count("\n"))

    monkeypatch.setattr(sys, "stdout", Counting())
    gone = {"event": "route", "destination": "10.0.0.0/8", "route": None}
    marks = ({"event": "snapshot-start"}, gone, gone, {"event": "snapshot-end"}, gone, gone)
    watch.tell_events(marks, as_json=False, calm=False)
    assert flushed == [2, 3, 4]


def test_falling_behind_is_told(capsys: Capture) -> None:
    """Of some destinations only the last change follows."""
    watch.tell_events([{"event": "lagged", "keys": 7}, {"event": "snapshot-start"}], as_json=False, calm=True)
    assert capsys.readouterr().out == "# behind: of 7 changes only the last of each destination follows\n"
