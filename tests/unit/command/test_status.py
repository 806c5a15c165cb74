"""``bgpkit status``."""

import json

from tests.unit.command.running import Capture, asked_speaker, said


async def test_status_is_told_to_people_and_machines(capsys: Capture) -> None:
    """In lines, or as one document."""
    async with asked_speaker() as (speaker, path):
        text = await said(capsys, path, "status")
        assert "peers         0 of 1 established\n" in text
        assert "ipv4-unicast  2 routes\n" in text
        told = json.loads(await said(capsys, path, "status", "--json"))
        assert (told["asn"], told["routes"]["ipv4-unicast"]) == (speaker.asn, 2)
        assert told["pid"]
