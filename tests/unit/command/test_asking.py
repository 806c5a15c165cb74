"""What the asking commands share."""

import json
from pathlib import Path

import pytest

from bgpkit.command.asking import tell, tell_json, tell_json_array
from bgpkit.command.main import main
from tests.unit.command.running import Capture, asked_speaker, said


def test_json_is_one_document(capsys: Capture) -> None:
    """An array with an item a line, also of nothing."""
    for items in ([], [{"a": 1}], [{"a": 1}, {"b": 2}]):
        tell_json_array(items)
        out = capsys.readouterr().out
        assert json.loads(out) == items
        assert out.count("\n") == (len(items) + 2 if items else 1)
    tell_json({"a": 1})
    tell(["x", "y"])
    assert capsys.readouterr().out == '{\n  "a": 1\n}\nx\ny\n'


@pytest.mark.parametrize("command", ["status", "peers", "routes", "watch"])
def test_without_a_speaker_one_sentence_says_so(tmp_path: Path, capsys: Capture, command: str) -> None:
    """Exit status 1."""
    assert main([command, "--socket", str(tmp_path / "s")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("bgpkit: socket ")
    assert captured.err.count("\n") == 1


async def test_what_the_speaker_refuses_is_told(capsys: Capture) -> None:
    """As it says it, exit status 1."""
    async with asked_speaker() as (_, path):
        assert "there is no peer 192.0.2.7" in await said(capsys, path, "peers", "192.0.2.7", status=1)
        assert "has host bits set" in await said(capsys, path, "routes", "10.0.0.1/8", status=1)
