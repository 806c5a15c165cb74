"""The page about the configuration file, and the example of one: both are as they say."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bgpkit.configuration import (
    BfdSettings,
    ConfigurationFileError,
    ControlSettings,
    FibSettings,
    LogSettings,
    RpkiSettings,
    SpeakerSettings,
    load,
)
from tests.support.processes import RunningProcess, wait_until
from tests.support.sources import PROJECT

FOLDER = PROJECT / "bgpkit" / "configuration"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
EXAMPLE = PROJECT / "examples" / "speaker.toml"
COMMAND = [sys.executable, "-m", "bgpkit.command.main"]
PATIENCE = 60.0


@pytest.fixture
def folder() -> Generator[Path]:
    """Give a folder with a short path."""
    with TemporaryDirectory(prefix="bgpkit-") as name:
        yield Path(name)


def blocks(language: str) -> list[str]:
    """Return the examples of a language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_file_on_the_page_is_one(folder: Path) -> None:
    """And the faults that are shown are told of it word for word."""
    (text,) = blocks("toml")
    file = folder / "speaker.toml"
    (folder / "clients.key").write_text("s3cret")
    file.write_text(text)
    configuration = load(file)
    assert [peer.address for peer in configuration.peers.named] == ["192.0.2.2"]
    assert [each.limit for each in configuration.peers.ranges] == [100]
    wrong = text.replace("route_reflector_client", "route_reflector_clint").replace('"clients"', '"client"', 1)
    file.write_text(wrong)
    with pytest.raises(ConfigurationFileError) as caught:
        load(file)
    assert str(caught.value).replace(f"{folder}/", "") in PAGE


def test_every_key_of_the_small_tables_is_on_the_page() -> None:
    """Those of peers are the fields of a class that has a page of its own."""
    for table, cls in (
        ("speaker", SpeakerSettings),
        ("rpki", RpkiSettings),
        ("fib", FibSettings),
        ("bfd", BfdSettings),
        ("control", ControlSettings),
        ("log", LogSettings),
    ):
        prefix = "" if table == "speaker" else f"{table}."
        assert [field.name for field in fields(cls) if f"`{prefix}{field.name}`" not in PAGE] == []


def test_the_program_on_the_page_runs(folder: Path) -> None:
    """With the example's file."""
    (program,) = blocks("python")
    (folder / "speaker.toml").write_text(EXAMPLE.read_text().replace("127.0.0.1:1790", "127.0.0.1:0"))
    (folder / "page.py").write_text(f"{program}\n\nasyncio.run(main(Path('speaker.toml')))\n")
    answer = subprocess.run(
        [sys.executable, "-W", "error", "page.py"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert (answer.returncode, answer.stdout) == (0, "2 peers\nnothing changes\n"), answer.stderr


def test_the_example_is_in_order_and_runs(folder: Path, ask: Callable[..., str]) -> None:
    """Asked by the commands that it names."""
    file = folder / "speaker.toml"
    file.write_text(EXAMPLE.read_text().replace("127.0.0.1:1790", "127.0.0.1:0"))
    assert "in order: 2 peers, 1 range of peers, 2 announced prefixes, 1 aggregate" in ask(
        "run", "--check", str(EXAMPLE)
    )
    daemon = RunningProcess([*COMMAND, "run", str(file)], folder / "log")
    try:
        daemon.wait_ready(lambda: "daemon.started" in daemon.words(), PATIENCE)
        socket = ["--socket", str(folder / "bgpkit.sock")]
        assert json.loads(ask("status", "--json", *socket))["peers"] == 2
        assert "transit" in ask("peers", "127.0.0.3", *socket)
        assert "198.51.100.0/24 (ipv4-unicast): 1 path" in ask("explain", "198.51.100.0/24", *socket)
        assert ask("run", "--diff", str(file)) == "nothing changes\n"
    finally:
        daemon.stop()
    wait_until(lambda: not daemon.is_running, "the end", PATIENCE)


@pytest.fixture
def ask() -> Callable[..., str]:
    """Give what runs a command and returns its words."""

    def run(*words: str) -> str:
        return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, check=True).stdout

    return run
