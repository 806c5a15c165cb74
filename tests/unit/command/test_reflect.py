"""What stands in the way of ``bgpkit reflect``: one sentence and a status; running it is an integration test."""

import socket
from collections.abc import Generator
from pathlib import Path

import pytest
import structlog

from bgpkit.command.main import main

Capture = pytest.CaptureFixture[str]
LEAST = {"--asn": "64512", "--router-id": "192.0.2.1", "--clients": "127.0.0.0/8", "--listen": "127.0.0.1:0"}


@pytest.fixture(autouse=True)
def _former_settings() -> Generator[None]:
    """Put the settings of structlog back."""
    former = structlog.get_config()
    yield
    structlog.configure(**former)


def tried(capsys: Capture, *more: str, **other: str) -> tuple[int, str]:
    """Run the command and return its status and the last line that it said; underscores in names are hyphens."""
    words = LEAST | {f"--{name.replace('_', '-')}": value for name, value in other.items()}
    status = main(["reflect", *(word for pair in words.items() for word in pair), *more])
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    return status, err.splitlines()[-1]


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("asn", "0", "bgpkit: asn 0 is not between 1 and 4294967295"),
        ("asn", "x", "bgpkit reflect: error: argument --asn: invalid int value: 'x'"),
        ("router_id", "router", "bgpkit: --router-id 'router' is not written like an IPv4 address"),
        ("cluster_id", "0.0.0.0", "bgpkit: --cluster-id 0.0.0.0 is not allowed"),
        ("hold_time", "2", "bgpkit: hold_time 2 is neither 0 nor between 3 and 65535 seconds"),
        ("clients", "192.0.2.1/24", "bgpkit reflect: error: argument --clients: "),
        ("families", "ipv7", "bgpkit reflect: error: argument --families: "),
        ("listen", "179", "bgpkit reflect: error: argument --listen: '179' is not ADDRESS:PORT"),
        ("import_policy", "x", "bgpkit: --import-policy and --export-policy name policies of a file"),
    ],
)
def test_words_that_are_not_right_are_status_2(capsys: Capture, option: str, value: str, sentence: str) -> None:
    """The option is named, and what is wrong with it."""
    status, said = tried(capsys, **{option: value})
    assert (status, said[: len(sentence)]) == (2, sentence)


def test_a_port_that_is_taken_is_status_1(capsys: Capture) -> None:
    """The second copy says where, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = tried(capsys, listen=f"127.0.0.1:{port}")
    cure = "stop the speaker that listens there, or take another address or port"
    assert (status, said) == (1, f"bgpkit: listen 127.0.0.1 port {port}: Address already in use; {cure}")


def test_an_address_that_the_machine_has_not_is_status_1(capsys: Capture) -> None:
    """It is named."""
    status, said = tried(capsys, listen="192.0.2.77:0")
    assert (status, "give an address that this machine has" in said) == (1, True)


def test_files_that_are_not_there_are_status_1(capsys: Capture, tmp_path: Path) -> None:
    """A policy file, a policy in it, a place for the count."""
    status, said = tried(capsys, policy=str(tmp_path / "none.toml"))
    assert (status, "none.toml" in said) == (1, True)
    file = tmp_path / "policies.toml"
    file.write_text("")
    status, said = tried(capsys, policy=str(file), import_policy="edge")
    assert (status, said) == (1, f"bgpkit: {file}: there is no policy 'edge'; it has: none")
    status, said = tried(capsys, count_file=str(tmp_path / "no" / "count"))
    assert (status, said) == (1, f"bgpkit: {tmp_path}/no/count cannot be written: No such file or directory")
