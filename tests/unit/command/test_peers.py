"""``bgpkit peers``."""

import json

from tests.support.speakers import THEIRS
from tests.unit.command.running import Capture, asked_speaker, said


async def test_peers_are_a_table_and_one_of_them_is_told_at_length(capsys: Capture) -> None:
    """Or an array for machines; of no peers a sentence."""
    async with asked_speaker() as (speaker, path):
        head, row = (await said(capsys, path, "peers")).splitlines()
        assert head.split() == ["PEER", "AS", "STATE", "SINCE", "RECEIVED", "NOTE"]
        assert row.split()[:3] == [THEIRS, "64512", "active"]
        assert row.endswith("lab")
        assert f"peer             {THEIRS}, AS 64512\n" in await said(capsys, path, "peers", THEIRS)
        (peer,) = json.loads(await said(capsys, path, "peers", "--json"))
        assert (peer["address"], peer["description"]) == (THEIRS, "lab")
        await speaker.remove_peer(THEIRS)
        assert await said(capsys, path, "peers") == "there are no peers\n"
        assert json.loads(await said(capsys, path, "peers", "--json")) == []
