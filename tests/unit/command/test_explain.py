"""``bgpkit explain``."""

import json

from tests.support.speakers import THEIRS
from tests.unit.command.running import Capture, asked_speaker, said


async def test_prefixes_and_peers_are_explained(capsys: Capture) -> None:
    """In sentences, or as a document."""
    async with asked_speaker() as (_, path):
        text = await said(capsys, path, "explain", "10.0.0.0/8")
        assert text.startswith("10.0.0.0/8 (ipv4-unicast): 1 path, the best is from local.\n")
        told = json.loads(await said(capsys, path, "explain", "10.0.0.0/8", "--peer", THEIRS, "--json"))
        assert (told["type"], told["exports"][0]["peer"]) == ("explanation", THEIRS)
        assert "is not Established" in await said(capsys, path, "explain", "--peer", THEIRS)
        assert "name a prefix, or a peer" in await said(capsys, path, "explain", status=2)
