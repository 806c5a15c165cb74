"""The command ``bgpkit`` itself."""

import io
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bgpkit.command import decode
from bgpkit.command.main import main
from tests.unit.command.messages import KEEPALIVE

Capture = pytest.CaptureFixture[str]


def test_without_words_the_command_shows_its_help(capsys: Capture) -> None:
    """Exit status 0, the words it knows."""
    assert main([]) == 0
    out = capsys.readouterr().out
    assert out.startswith("usage: bgpkit ")
    assert "decode" in out


def test_the_version_is_that_of_the_distribution(capsys: Capture) -> None:
    """As installed."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"bgpkit {version('bgpkit')}\n"


def test_an_unknown_word_is_told(capsys: Capture) -> None:
    """Exit status 2."""
    assert main(["encode"]) == 2
    assert "invalid choice: 'encode'" in capsys.readouterr().err


def test_the_words_of_the_process_are_used_without_others(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """As the installed script calls it."""
    monkeypatch.setattr(sys, "argv", ["bgpkit", "decode", KEEPALIVE.hex()])
    assert main() == 0
    assert "KEEPALIVE" in capsys.readouterr().out


def test_an_interrupt_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """Exit status 130, as a shell would say of SIGINT."""

    def interrupted(word: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(decode, "_is_file", interrupted)
    assert main(["decode", KEEPALIVE.hex()]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_character_that_the_output_cannot_write_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """An encoding of ASCII is no reason to fail."""
    octets = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(octets, encoding="ascii"))
    words = "grüße"
    data = bytes((len(words.encode()),)) + words.encode()
    message = b"\xff" * 16 + (21 + len(data)).to_bytes(2, "big") + b"\x03\x06\x02" + data
    assert main(["decode", message.hex()]) == 0
    assert b"gr\\xfc\\xdfe" in octets.getvalue()


@pytest.mark.parametrize("words", [["--version"], ["decode", KEEPALIVE.hex()]])
def test_without_an_output_words_go_nowhere(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As under ``bgpkit ... >&-``."""
    monkeypatch.setattr(sys, "stdout", None)
    assert main(words) == 0
    sys.stdout.close()


def test_an_output_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A full disk, say."""

    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    assert main(["decode", KEEPALIVE.hex()]) == 1
    assert capsys.readouterr().err == "bgpkit: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize(("words", "unbuffered"), [(["--help"], ""), (["run", "--help"], "1")])
def test_help_that_finds_no_room_is_told(words: list[str], unbuffered: str) -> None:
    """Once, and not again when the interpreter ends; whether or not it holds its output back."""
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "bgpkit.command.main", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            check=False,
        )
    said = "bgpkit: the output cannot be written: No space left on device\n"
    assert (ended.returncode, ended.stderr) == (1, said)
