"""The benchmark of ways between pods runs, and says all that it is to say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks._datapath_run import main
from tests.support.skips import has_kernel, require_package
from tests.support.sources import PROJECT

PROGRAM = PROJECT / "benchmarks" / "datapath.py"
PLAIN = ("veth alone", "bridge", "static routes (host-gw)", "static routes (host-gw), tracked")
MODES = ("bgpkit, unwrapped", "bgpkit, VXLAN", *(("bgpkit, IPIP",) if has_kernel("ipip") else ()))

pytestmark = [pytest.mark.netns, pytest.mark.timeout(120)]  # two agents, and a process for each row


def test_the_quick_run_has_every_row(tmp_path: Path) -> None:
    """Each way with its ratio to static routes, on the screen and in the file; what this kernel has not is named."""
    require_package("nftables")
    file = tmp_path / "figures.json"
    command = [sys.executable, str(PROGRAM), "--quick", "--json", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
    assert (answer.returncode, answer.stderr) == (0, "")
    rows = [*PLAIN, *(row for mode in MODES for row in (mode, f"{mode}, 2 policies"))]
    missing = [] if has_kernel("ipip") else ["IPIP: not available, this kernel has no ipip"]
    head, *lines = answer.stdout.splitlines()
    assert head.startswith("best of 1 rounds, and beside static routes")
    assert [line[:44].rstrip() for line in lines] == [*rows, *missing]
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert (list(told["ways"]), told["missing"]) == (rows, missing)
    figures = [figure for way in told["ways"].values() for figure in way.values()]
    assert {len(figure) for figure in figures} == {1}
    assert min(figure[0] for figure in figures) > 0
    assert set(told["ratios"][PLAIN[2]].values()) == {1.0}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--policies", "201"), "error: at least one round, some time, and 1 to 200 policies"),
        (("--json", "/nowhere/figures.json"), "error: there is no directory /nowhere"),
    ],
    ids=["policies", "json"],
)
def test_what_cannot_be_measured_is_refused(words: tuple[str, ...], said: str) -> None:
    """Before any machine is made."""
    command = [sys.executable, str(PROGRAM), *words]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr


def test_an_interrupt_ends_it_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As Ctrl-C in a terminal; what was made goes."""

    def interrupted() -> None:
        """Be stopped as the first machine is made."""
        raise KeyboardInterrupt

    monkeypatch.setattr("benchmarks._datapath_run.segment", interrupted)
    assert main(["--quick"]) == 130
    assert capfd.readouterr() == ("", "")


def test_nothing_is_made_where_the_machine_refuses_namespaces(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It would stay there."""
    monkeypatch.setenv("BGPKIT_DATAPATH_HOME", str(Path("/proc/self/ns/net").readlink()))
    monkeypatch.setattr("benchmarks._datapath_run.segment", pytest.fail)
    assert main(["--quick"]) == 2
    assert capfd.readouterr().err == (
        "datapath.py: it needs network namespaces, and the machine refuses them: run it as root\n"
    )
