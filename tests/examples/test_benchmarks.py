"""The benchmark of the codec runs, and says all that it is to say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.sources import PROJECT

PROGRAM = PROJECT / "benchmarks" / "codec.py"
TIMED = (
    "bgpkit, blocks for a RIB",
    "bgpkit, messages judged",
    "bgpkit, every field read",
    "bgpkit, validating pass",
    "bgpkit, validating any block",
    "bgpkit, as text",
    "bgpkit, messages encoded",
    "framing",
    "decode, blocks known",
    "rewrite for reflection",
    "encode, NLRI from keys",
    "encode, NLRI as received",
)
KEPT = ("bgpkit, judged and kept", "bgpkit, read and kept")
STREAMS = ("20,000 prefixes", "a real table")

pytestmark = pytest.mark.timeout(300)  # some twenty processes, one after the other


def test_the_quick_run_without_peers_has_every_row(tmp_path: Path) -> None:
    """Each stream has its table, each row its figures, on the screen and in the file; all rows read the same."""
    file = tmp_path / "figures.json"
    command = [sys.executable, str(PROGRAM), "--quick", "--no-peers", "--json", str(file)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    first, *others = answer.stdout.split("\n\n")
    assert first.endswith("beside bgpkit: nothing, os-ken and ExaBGP are not installed or not wanted")
    assert [table.partition(":")[0] for table in others] == list(STREAMS)
    assert [row for row in (*TIMED, *KEPT) if f"\n{row} " not in others[0]] == []
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    rows = told["streams"][0]["rows"]
    assert [row["name"] for row in rows] == [*TIMED, *KEPT]
    assert [row["name"] for row in rows if min(row["seconds"]) <= 0 or not 0 < row["updates"] < row["prefixes"]] == []
    encoded = next(row for row in rows if row["name"] == "bgpkit, messages encoded")
    assert encoded["written_as_they_were"] == encoded["updates"]


def test_another_reading_ends_the_benchmark_with_the_line(tmp_path: Path) -> None:
    """Were a program beside ours to read other prefixes, the first such UPDATE is shown, and the status is 1."""
    liar = tmp_path / "python"
    liar.write_text(
        f"""#!{sys.executable}
import pathlib, sys
words = sys.argv[1:]
if words[0] == "-c":
    print("os-ken 0 and ExaBGP 0 on Python 0")
else:
    if "--lines" in words:
        pathlib.Path(words[words.index("--lines") + 1]).write_text("198.51.100.0/24 and nothing else\\n")
    print('{{"updates": 100, "seconds": 1.0, "octets": 1}}')
"""
    )
    liar.chmod(0o755)
    command = [sys.executable, str(PROGRAM), "--quick", "--peers", str(liar)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith("UPDATE 0 is not the same to two programs\nbgpkit, blocks for a RIB:\n")
    assert "\nos-ken, messages:\n  198.51.100.0/24 and nothing else\n" in answer.stderr
