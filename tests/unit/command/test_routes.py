"""``bgpkit routes``."""

import json

import pytest

from tests.unit.command.running import Capture, asked_speaker, said


async def test_routes_are_a_table_or_an_array(capsys: Capture) -> None:
    """All, those of a prefix, those of an address; of none a sentence."""
    async with asked_speaker() as (_, path):
        head, one, two = (await said(capsys, path, "routes")).splitlines()
        assert head.split() == ["DESTINATION", "NEXT", "HOP", "FROM", "PREF", "MED", "AS", "PATH"]
        assert one.split() == [">", "10.0.0.0/8", "-", "local", "-", "-", "7", "i"]
        assert two.split()[1] == "10.1.0.0/16"
        assert "10.1.0.0/16" in await said(capsys, path, "routes", "10.1.2.3")
        assert len((await said(capsys, path, "routes", "10.0.0.0/8", "--longer")).splitlines()) == 3
        assert await said(capsys, path, "routes", "11.0.0.0/8") == "there are no such routes\n"
        routes = json.loads(await said(capsys, path, "routes", "--json"))
        assert [route["destination"] for route in routes] == ["10.0.0.0/8", "10.1.0.0/16"]
        assert routes[0]["attributes"]["as_path"] == "7"


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--longer"], "--longer asks for what lies inside a prefix"), (["--view", "sent"], "name one with --peer")],
)
async def test_words_that_cannot_be_meant_are_told(capsys: Capture, words: list[str], told: str) -> None:
    """Exit status 2."""
    async with asked_speaker() as (_, path):
        assert told in await said(capsys, path, "routes", *words, status=2)
