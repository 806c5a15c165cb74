"""``bgpkit run``: its words, ``--check``, and what it says when it cannot run."""

import os
import socket
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bgpkit.command.main import main
from bgpkit.control import ListeningSocket
from tests.unit.command.running import Capture

SPEAKER = '[speaker]\nasn = 64512\nbgp_identifier = "192.0.2.1"\nlisten = "127.0.0.1:0"\n'
PEER = '[[peers]]\naddress = "192.0.2.2"\nasn = 64513\n'


@pytest.fixture
def folder() -> Generator[Path]:
    """Give a folder with a short path."""
    with TemporaryDirectory(prefix="bgpkit-") as name:
        yield Path(name)


def written(folder: Path, text: str) -> str:
    """Write a file; return its name."""
    file = folder / "speaker.toml"
    file.write_text(text)
    return str(file)


def test_a_file_in_order_is_told_so(folder: Path, capsys: Capture) -> None:
    """With what it holds; exit status 0."""
    text = (
        f'{SPEAKER}{PEER}[[peers]]\nrange = "10.0.0.0/8"\nasn = 1\n'
        '[[announcements]]\nprefixes = ["10.0.0.0/8", "11.0.0.0/8"]\n'
    )
    file = written(folder, text)
    assert main(["run", "--check", file]) == 0
    assert capsys.readouterr() == (f"{file}: in order: 1 peer, 1 range of peers, 2 announced prefixes\n", "")


def test_all_faults_are_told_each_with_its_line(folder: Path, capsys: Capture) -> None:
    """Those that reading finds, or when there are none those that a speaker would; exit status 1."""
    file = written(folder, f"{SPEAKER}{PEER}hold_time = 2\nweigth = 3\n")
    assert main(["run", "--check", file]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{file}:8: peer 192.0.2.2: hold_time 2 is neither 0 nor between 3 and 65535 seconds",
        f"{file}:9: unknown key 'weigth' in peers[1]; did you mean 'weight'?",
    ]
    file = written(folder, f"{SPEAKER}{PEER}route_reflector_client = true\n")
    for words in (["--check"], []):
        assert main(["run", *words, file]) == 1
        assert capsys.readouterr().err == (
            f"{file}:5: peer 192.0.2.2: a route reflector client is in our own AS, 64512\n"
        )


def test_a_second_copy_is_told_of_the_first(folder: Path, capsys: Capture) -> None:
    """Before it takes anything; exit status 1."""
    file = written(folder, f'{SPEAKER}[control]\nsocket = "s"\n')
    place = ListeningSocket(folder / "s")
    assert main(["run", file]) == 1
    place.close()
    said = capsys.readouterr().err
    assert said == f"bgpkit: socket {folder}/s: a speaker has it already, process {os.getpid()}; stop it first\n"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('[control]\nsocket = "gone/s"\n', "the folder {folder}/gone does not exist; create it, or choose another"),
        ('[control]\nsocket = "s"\ngroup = "no-such-group"\n', "this machine has no group 'no-such-group'"),
        ('[control]\nsocket = "s"\n[rpki]\nroas_file = "gone"\n', "gone"),
    ],
)
def test_what_stands_in_the_way_is_told_in_one_sentence(folder: Path, capsys: Capture, more: str, told: str) -> None:
    """Exit status 1, and nothing is left behind."""
    file = written(folder, SPEAKER + more)
    assert main(["run", file]) == 1
    said = capsys.readouterr().err
    assert told.format(folder=folder) in said
    assert said.count("\n") == 1
    assert [each.name for each in folder.iterdir()] == ["speaker.toml"]


def test_a_port_that_is_taken_is_told(folder: Path, capsys: Capture) -> None:
    """With what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        file = written(folder, SPEAKER.replace(":0", f":{taken.getsockname()[1]}") + '[control]\nsocket = "s"\n')
        assert main(["run", file]) == 1
    assert "Address already in use; stop the speaker that listens there" in capsys.readouterr().err


def test_words_exclude_each_other(folder: Path, capsys: Capture) -> None:
    """Exit status 2."""
    assert main(["run", "--check", "--diff", "x"]) == 2
    assert "not allowed with" in capsys.readouterr().err
    assert main(["run"]) == 2
    for words in (["run", "--json", "x"], ["run", "--check", "--json", "x"]):
        assert main(words) == 2
        assert "--json goes with --diff" in capsys.readouterr().err


def test_without_a_daemon_there_is_nothing_to_compare_with(folder: Path, capsys: Capture) -> None:
    """It is told so."""
    assert main(["run", "--diff", written(folder, SPEAKER), "--socket", str(folder / "s")]) == 1
    assert "no speaker runs here" in capsys.readouterr().err
