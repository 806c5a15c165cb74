"""The three ways to tell what happens: plain lines, JSON, a live view."""

import io
import json
import re

import pytest
from rich.console import Console

from bgpkit_node.demo.report import JsonReport, LiveReport, PlainReport, Report, make_report

COLUMNS = ["from", "master1-pod1", "master1-pod2", "node1-pod1", "node1-pod2", "node2-pod1", "node2-pod2"]
ROWS = [[name, *["ttl 62"] * 6] for name in ("master1-pod1", "k8s-master1")]


def tell(report: Report) -> None:
    """Tell a report one of each."""
    report.step("nodes", "three machines")
    report.note("a fact with [brackets] and 10.4.7.11")
    report.check("pod 10.244.0.1 is reached", passed=True)
    report.progress("7 pings, 0 lost")
    report.table("who reaches whom", COLUMNS, ROWS)
    report.text("ip route", "default via 10.4.7.1 dev eth0 \nblackhole 10.244.0.0/26 proto bird\n")
    report.hold("nodes", 4711, ["nsenter -t 4711 -m"])
    report.finish({"pings_lost": 0, "seconds": 1.5})


def test_plain_lines_hold_no_escape_and_all_that_was_told(capsys: pytest.CaptureFixture[str]) -> None:
    """For pipes: a time before each line, tables in columns, nothing for what only changes."""
    tell(PlainReport())
    told = capsys.readouterr().out
    assert "\x1b" not in told
    lines = told.splitlines()
    assert re.fullmatch(r" +0\.0s == nodes: three machines", lines[0])
    assert lines[1].endswith("    a fact with [brackets] and 10.4.7.11")
    assert lines[2].endswith("s    PASS pod 10.244.0.1 is reached")
    assert [line.split() for line in lines if "ttl" in line] == [
        ["master1-pod1", *["ttl", "62"] * 6],
        ["k8s-master1", *["ttl", "62"] * 6],
    ]
    assert "            blackhole 10.244.0.0/26 proto bird" in lines
    assert "pings, " not in told
    assert lines[-1].endswith("== done: pings lost 0, seconds 1.5")


def test_json_is_an_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """For machines: the events in their order, each with its fields."""
    tell(JsonReport())
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["step", "note", "check", "table", "text", "hold", "done"]
    assert events[0] == {"event": "step", "name": "nodes", "title": "three machines"}
    assert events[2] == {"event": "check", "text": "pod 10.244.0.1 is reached", "passed": True}
    assert events[3]["rows"][0]["master1-pod2"] == "ttl 62"
    assert events[4]["lines"] == ["default via 10.4.7.1 dev eth0 ", "blackhole 10.244.0.0/26 proto bird"]
    assert events[5] == {"event": "hold", "step": "nodes", "pid": 4711, "lines": ["nsenter -t 4711 -m"]}
    assert events[6] == {"event": "done", "pings_lost": 0, "seconds": 1.5}


@pytest.mark.parametrize("width", [80, 120])
def test_the_live_view_cuts_no_word_off(width: int) -> None:
    """On terminals of 80 and of 120 columns every name and cell can be read, in lines that fit."""
    output = io.StringIO()
    tell(LiveReport(Console(file=output, width=width, force_terminal=True, color_system=None)))
    told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output.getvalue())
    assert "…" not in told
    assert max(len(line) for line in re.split(r"[\r\n]", told)) <= width
    assert "a fact with [brackets] and 10.4.7.11" in told
    assert told.count("ttl 62") == 12
    assert ("master1-pod2" in told) == (width == 120)
    assert "pod2" in told
    assert "process 4711" in told
    assert "✓ nodes: three machines" in told or "nodes: three machines" in told
    assert re.search(r"pings lost +│ 0", told)


@pytest.mark.parametrize("report", [PlainReport, LiveReport])
def test_a_fault_goes_to_standard_error(
    report: type[PlainReport | LiveReport], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever keeps only standard error learns what went wrong, with the command's name before it."""
    report().fail("a very long sentence " * 10)
    assert capsys.readouterr().err == "bgpkit-node demo: " + "a very long sentence " * 10 + "\n"


def test_the_report_fits_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """JSON when asked for, plain lines where no terminal is, else the live view."""
    assert isinstance(make_report(as_json=True), JsonReport)
    assert isinstance(make_report(as_json=False), PlainReport)
    monkeypatch.setattr("sys.stdout", _Terminal())
    live = make_report(as_json=False)
    assert isinstance(live, LiveReport)
    live.finish({})


class _Terminal(io.StringIO):
    """A terminal, as far as asking goes."""

    def isatty(self) -> bool:
        """Say yes."""
        return True
