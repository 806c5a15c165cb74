"""``bgpkit decode`` in a process of its own, and beside tshark."""

import json
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from struct import pack
from typing import TypeAlias

import pytest

from bgpkit.command.main import main
from bgpkit_setup.packages import find_executable
from tests.support.skips import require_package
from tests.support.sources import PROJECT
from tests.unit.command.captures import ACK, FIN, SYN, answered, pcap, sent
from tests.unit.command.messages import CEASE, FAULTY, KEEPALIVE, PLAIN, four_octet_as, opened

COMMAND = (sys.executable, "-m", "bgpkit.command.main", "decode")
CAPTURES = sorted((PROJECT / "tests" / "data" / "pcap").glob("*.pcap*"))
PATIENCE = 90
Capture: TypeAlias = pytest.CaptureFixture[str]
# Frames that tshark calls malformed, or of which it dissects a part that has no whole message.
MALFORMED = {
    "pcapplusplus_Bgp_open_malformed.pcap",
    "tcpdump_bgp-addpath.pcap",
    "tcpdump_bgp-bgp_capabilities_print-oobr-2.pcap",
    "tcpdump_bgp-extended-optional-parameters-length.pcapng",
    "tcpdump_bgp-infinite-loop.pcap",
    "tcpdump_bgp-orf.pcapng",
    "tcpdump_bgp-ub.pcap",
    "tcpdump_bgp_mvpn_6_and_7_oobr.pcap",
    "tcpdump_bgp_pmsi_tunnel-oobr.pcap",
    "tcpdump_bgp_vpn_rt-oobr.pcap",
}
SAME = [path for path in CAPTURES if path.name not in MALFORMED]


def types(path: Path, capsys: Capture) -> list[tuple[int, int]]:
    """Return packet and type of each message that the command finds."""
    status = main(["decode", "--json", str(path)])
    out, err = capsys.readouterr()
    assert status == 0, err
    found = [json.loads(line) for line in out.splitlines()]
    return sorted((each["packet"], int(each["octets"][36:38], 16)) for each in found)


def tshark(path: Path, *options: str) -> list[tuple[int, int]]:
    """Return the same as tshark sees it."""
    if find_executable("tshark") is None:
        require_package("tshark")
    command = ["tshark", "-r", str(path), "-Y", "bgp", *options]
    fields = ["-T", "fields", "-e", "frame.number", "-e", "bgp.type"]
    done = subprocess.run([*command, *fields], capture_output=True, text=True, check=True, timeout=PATIENCE)
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return sorted((int(number), int(kind)) for number, kinds in lines for kind in kinds.split(","))


@pytest.mark.parametrize("path", SAME, ids=[path.name for path in SAME])
def test_tshark_sees_the_same_messages(path: Path, capsys: Capture) -> None:
    """Number and types of the messages of every well-formed capture, packet by packet."""
    found = types(path, capsys)
    assert found
    assert found == tshark(path)


def test_tshark_puts_the_same_stream_together(tmp_path: Path, capsys: Capture) -> None:
    """Messages over several segments, out of order, sent again, overlapping, in both directions."""
    hello = opened(1, four_octet_as(1))
    stream = hello + KEEPALIVE + PLAIN * 3 + FAULTY + CEASE
    cuts = [0, 10, len(hello) + 3, len(hello) + 30, len(hello) + 90, len(stream) - 5, len(stream)]
    parts = [(100 + start, stream[start:stop]) for start, stop in pairwise(cuts)]
    order = [
        parts[0],
        parts[1],
        parts[1],
        parts[3],
        parts[2],
        parts[4],
        (90 + cuts[4], stream[cuts[4] - 10 : cuts[5]]),
        parts[5],
    ]
    packets = [sent(99, flags=SYN), answered(499, flags=SYN | ACK, acknowledged=100)]
    packets += [answered(500, hello + KEEPALIVE, acknowledged=100)]
    packets += [sent(sequence, data, acknowledged=500) for sequence, data in order]
    packets += [sent(100 + len(stream), flags=FIN | ACK, acknowledged=500)]
    path = tmp_path / "stream.pcap"
    path.write_bytes(pcap(*packets))
    found = types(path, capsys)
    assert [kind for _, kind in found].count(2) == 4
    assert found == tshark(path, "-o", "tcp.reassemble_out_of_order:TRUE")


@pytest.mark.parametrize("path", CAPTURES, ids=[path.name for path in CAPTURES])
def test_every_capture_gives_messages_or_a_sentence(path: Path, capsys: Capture) -> None:
    """Those that were made to break decoders, too: exit status 0, or 1 with what is wrong."""
    status = main(["decode", str(path)])
    out, err = capsys.readouterr()
    heads = [line for line in out.splitlines() if line[0] != " "]
    kind = "pcapng" if path.read_bytes()[:1] == b"\n" else "pcap"
    assert heads[0] == f"# {path}: a {kind} capture"
    if status:
        assert err.startswith("bgpkit decode: ") or "where the marker" in out or "is less than the 19 octets" in out
    else:
        assert err == ""
        assert any(line[0].isdigit() for line in heads)


def test_standard_input_is_read_as_it_comes() -> None:
    """A capture that goes on is printed message by message; an interrupt ends it quietly with status 130."""
    capture = pcap(sent(1, KEEPALIVE))
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*COMMAND, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(capture)
        process.stdin.flush()
        assert process.stdout.readline() == b"# standard input: a pcap capture\n"
        assert process.stdout.readline().endswith(b"KEEPALIVE, 19 octets\n")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        assert process.stderr.read() == b""


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """As in ``| head``: nothing on standard error."""
    path = tmp_path / "octets"
    path.write_bytes(PLAIN * 20_000)
    with subprocess.Popen([*COMMAND, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"# ")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 0


def test_memory_does_not_grow_with_the_capture() -> None:
    """200 MB of packets, a hole before most of them, take less than 100 MB in all."""
    script = (
        "import sys; from bgpkit.command.main import main; status = main(['decode', '-']);"
        "peak = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM'));"
        "print(status, peak, file=sys.stderr)"
    )
    size = 65_000
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(pcap(sent(99, flags=SYN), sent(100, KEEPALIVE)))
        for number in range(3_000):
            packet = sent(1000 + number * size, bytes(size))
            process.stdin.write(pack("<IIII", 1000, 0, len(packet), len(packet)) + packet)
        process.stdin.close()
        status, kibibytes = process.stderr.read().split()
    assert int(status) == 0
    assert int(kibibytes) < 100_000
