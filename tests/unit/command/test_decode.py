"""The command as its user calls it: inputs, options, sentences, exit status."""

import bz2
import gzip
import json
from pathlib import Path

import pytest

from bgpkit.command.main import main
from tests.unit.command.captures import pcap, sent
from tests.unit.command.messages import AMBIGUOUS, FATAL, FAULTY, KEEPALIVE, PLAIN
from tests.unit.command.mrt_records import bgp4mp

Capture = pytest.CaptureFixture[str]


def decode(capsys: Capture, *words: str | Path) -> tuple[int, str, str]:
    """Return exit status, standard output and standard error of ``bgpkit decode``."""
    status = main(["decode", *map(str, words)])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("words", [(KEEPALIVE.hex(),), ("FF" * 16, "0013", "04"), ("0x" + "ff:" * 16 + " 00,13,04",)])
def test_hex_digits_on_the_command_line_are_read(capsys: Capture, words: tuple[str, ...]) -> None:
    """In one word or several."""
    assert decode(capsys, *words) == (0, "1       octet 0  KEEPALIVE, 19 octets\n", "")


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (KEEPALIVE, "BGP messages in octets"),
        (gzip.compress(KEEPALIVE, mtime=0), "BGP messages in octets"),
        (KEEPALIVE.hex(" ").encode(), "BGP messages in hex digits"),
        (pcap(sent(1, KEEPALIVE)), "a pcap capture"),
        (bgp4mp(KEEPALIVE), "an MRT file"),
        (bz2.compress(bgp4mp(KEEPALIVE)), "an MRT file"),
    ],
)
def test_files_are_told_by_their_content(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, octets: bytes, kind: str
) -> None:
    """A note says what a file was taken for; standard input is read in the same way."""
    path = tmp_path / "file.dat"
    path.write_bytes(octets)
    status, out, err = decode(capsys, path)
    assert (status, err) == (0, "")
    first, second = out.splitlines()
    assert first == f"# {path}: {kind}"
    assert second.endswith("KEEPALIVE, 19 octets")
    with path.open("rb") as file:
        monkeypatch.setattr("bgpkit.command.decode.STANDARD_INPUT", file.fileno())
        assert decode(capsys, "-") == (0, out.replace(str(path), "standard input"), "")


def test_a_file_wins_over_hex_digits(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that names a file is that file, even if it could be hex."""
    monkeypatch.chdir(tmp_path)
    Path("ff").write_bytes(KEEPALIVE)
    status, out, _ = decode(capsys, "ff")
    assert (status, out.splitlines()[0]) == (0, "# ff: BGP messages in octets")


def test_options_decide_what_an_update_means(capsys: Capture) -> None:
    """The same octets, four meanings."""
    octets = AMBIGUOUS.hex()
    expected = {
        (): ("AS_PATH 65538 33619971", "NLRI 0.0.0.0/0"),
        ("--as4",): ("AS_PATH 65538 33619971", "NLRI 0.0.0.0/0"),
        ("--as2",): ("AS_PATH 1 2 3", "NLRI 0.0.0.0/0"),
        ("--addpath", "ipv4-unicast"): ("AS_PATH 65538 33619971", "NLRI 10.1.2.0/24 path-id 8"),
        ("--as2", "--addpath", "all"): ("AS_PATH 1 2 3", "NLRI 10.1.2.0/24 path-id 8"),
        ("--addpath", "ipv6-unicast", "--addpath", "ipv6-vpn"): ("AS_PATH 65538 33619971", "NLRI 0.0.0.0/0"),
    }
    for options, texts in expected.items():
        status, out, _ = decode(capsys, *options, octets)
        assert status == 0
        assert all(text in out for text in texts), (options, out)
        assert ("are assumed" in out) is not bool({"--as2", "--as4"}.intersection(options))


def test_faults_of_messages_are_output_and_no_failure(capsys: Capture) -> None:
    """Even a session reset is a verdict; the next message is read."""
    status, out, err = decode(capsys, (FAULTY + FATAL + KEEPALIVE).hex())
    assert (status, err) == (0, "")
    assert "treat-as-withdraw: COMMUNITIES of 3 octets (RFC 7606, section 7.8)" in out
    assert "session-reset: " in out
    assert out.endswith("3       octet 74  KEEPALIVE, 19 octets\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ffff", "octet 0: the header that starts here is cut short: of 19 octets 2 are there, 17 missing"),
        (
            KEEPALIVE.hex() + "ff",
            "octet 19: the header that starts here is cut short: of 19 octets 1 are there, 18 missing",
        ),
        (PLAIN.hex()[:-2], "octet 0: the message that starts here is cut short: of 45 octets 44 are there, 1 missing"),
        (KEEPALIVE.hex() + "00", "octet 19: 00 where the marker, 16 octets of ff, must be"),
        ("ff" * 15 + "fe001304", "octet 15: fe where the marker, 16 octets of ff, must be"),
        ("ff" * 16 + "001204", "octet 16: a length of 18 is less than the 19 octets of a header"),
        ("f", "octet 0: its second hex digit is missing, the number of digits is odd"),
        (
            "ff" * 16 + "0g",
            f"'{'ff' * 16}0g' is no file, and no hex digits: octet 16: 'g' is no hex digit (character 34)",
        ),
        (
            KEEPALIVE.hex() * 2 + "x",
            "...' is no file, and no hex digits: octet 38: 'x' is no hex digit (character 77)",
        ),
        ("feed.pcap", "'feed.pcap' is no file, and no hex digits: octet 2: '.' is no hex digit (character 5)"),
        ("nowhere.pcap", "'nowhere.pcap' is no file, and no hex digits: octet 0: 'n' is no hex digit (character 1)"),
        ("a" * 5000, "octet 0: aa where the marker, 16 octets of ff, must be"),
        ("", "nothing was given: neither hex digits nor the name of a file"),
        ("fe\0", "'fe\\x00' is no file, and no hex digits: octet 1: '\\x00' is no hex digit (character 3)"),
    ],
)
def test_rubbish_is_told_with_its_octet(capsys: Capture, text: str, sentence: str) -> None:
    """One sentence on standard error, exit status 1; what was read before is printed."""
    status, out, err = decode(capsys, text)
    assert (status, err.count("\n")) == (1, 1)
    assert err.startswith("bgpkit decode: ")
    assert err.endswith(f"{sentence}\n")
    assert bool(out) is (text.startswith(KEEPALIVE.hex()) and not text.endswith("x"))


def test_files_that_cannot_be_read_are_told(capsys: Capture, tmp_path: Path) -> None:
    """Folders, empty files, files of zeros, files that are cut short."""
    (tmp_path / "empty").touch()
    (tmp_path / "zeros").write_bytes(bytes(10_000))
    (tmp_path / "short").write_bytes(pcap(sent(1, KEEPALIVE))[:-1])
    (tmp_path / "broken").write_bytes(gzip.compress(bgp4mp(KEEPALIVE) * 100, mtime=0)[:-12])
    expected = {
        ".": "cannot be read: Is a directory",
        "empty": "empty is empty",
        "zeros": "octet 0: 00 00 00 00 00 00 00 00 00 00 00 00 starts neither",
        "short": "octet 24: packet 1 is cut short: 58 of 59 octets are there",
        "broken": "the gzip data is cut short; there is no more",
    }
    for name, sentence in expected.items():
        status, _, err = decode(capsys, tmp_path / name)
        assert status == 1
        assert sentence in err


def test_octets_that_are_skipped_in_a_capture_are_a_failure(capsys: Capture, tmp_path: Path) -> None:
    """They were there and could not be read; what a capture lacks is none."""
    path = tmp_path / "capture"
    path.write_bytes(pcap(sent(1, KEEPALIVE), sent(20, b"rubbish" + KEEPALIVE)))
    status, out, _ = decode(capsys, path)
    assert (status, out.count("KEEPALIVE")) == (1, 2)
    path.write_bytes(pcap(sent(1, KEEPALIVE), sent(40, KEEPALIVE)))
    status, out, _ = decode(capsys, path)
    assert (status, out.count("KEEPALIVE")) == (0, 2)


def test_json_is_alone_on_standard_output(capsys: Capture, tmp_path: Path) -> None:
    """Notes go to standard error."""
    path = tmp_path / "octets"
    path.write_bytes(PLAIN + KEEPALIVE)
    status, out, err = decode(capsys, "--json", path)
    assert status == 0
    assert [json.loads(line)["type"] for line in out.splitlines()] == ["UPDATE", "KEEPALIVE"]
    assert [line[:2] for line in err.splitlines()] == ["# ", "# "]


def test_count_stops_early(capsys: Capture) -> None:
    """Notes do not count; what comes behind is not looked at."""
    status, out, err = decode(capsys, "--count", "2", (PLAIN + KEEPALIVE).hex() + "00")
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == "2       octet 45  KEEPALIVE, 19 octets"


def test_the_port_can_be_chosen(capsys: Capture, tmp_path: Path) -> None:
    """Another port than 179, or several."""
    path = tmp_path / "capture"
    path.write_bytes(pcap(sent(1, KEEPALIVE, source=("192.0.2.1", 1790))))
    assert decode(capsys, path)[0] == 1
    assert decode(capsys, "--port", "1790", path)[0] == 0
    assert decode(capsys, "--port", "179", "--port", "1790", path)[0] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "the following arguments are required: HEX|FILE"),
        (("--as2", "--as4", "ff"), "not allowed with argument"),
        (("--ibgp", "--ebgp", "ff"), "not allowed with argument"),
        (("--addpath", "ipv4", "ff"), "unknown address family 'ipv4'; known: "),
        (("--count", "0", "ff"), "'0' is no number of messages"),
        (("--count", "x", "ff"), "'x' is no number of messages"),
        (("--port", "65536", "ff"), "'65536' is no TCP port: 1 to 65535"),
        (("--nonsense", "ff"), "--nonsense"),
        ((Path(__file__), "ff"), "one file at a time: "),
    ],
)
def test_wrong_words_are_told(capsys: Capture, words: tuple[str | Path, ...], sentence: str) -> None:
    """Exit status 2, nothing on standard output."""
    status, out, err = decode(capsys, *words)
    assert (status, out) == (2, "")
    assert sentence in err


def test_help_tells_statuses_and_examples(capsys: Capture) -> None:
    """Inputs, options, what the exit status means."""
    status, out, _ = decode(capsys, "--help")
    assert status == 0
    for word in ("exit status:", "examples:", "--addpath FAMILY", "LOCAL_PREF", "pcapng", "MRT"):
        assert word in out
