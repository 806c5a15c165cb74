"""Install: the executable and its configuration, where a container runtime looks."""

import json
import os
import subprocess
from pathlib import Path

from tests.support.commands import PATIENCE, bgpkit_node


def test_the_executable_and_the_conflist_are_put_in_place(tmp_path: Path) -> None:
    """The conflist names the executable and the socket; the executable answers a runtime by itself."""
    bin_dir, conf_dir, run_dir = tmp_path / "opt" / "bin", tmp_path / "etc", tmp_path / "run"
    answer = bgpkit_node("install", "--cni-bin", bin_dir, "--cni-conf", conf_dir, "--run-dir", run_dir)
    shim, conflist = bin_dir / "bgpkit", conf_dir / "10-bgpkit.conflist"
    assert (answer.status, answer.out) == (0, f"installed {shim} and {conflist}\n")
    told = json.loads(conflist.read_text())
    assert (told["cniVersion"], told["name"], [plugin["type"] for plugin in told["plugins"]]) == (
        "1.0.0",
        "k8s-pod-network",
        ["bgpkit", "portmap"],
    )
    assert told["plugins"][0]["agent_socket"] == str(run_dir / "agent.sock")
    assert os.access(shim, os.X_OK)
    asked = subprocess.run(
        [shim],
        input=json.dumps({"cniVersion": "1.0.0"}),
        env={"PATH": os.environ["PATH"], "CNI_COMMAND": "VERSION"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert "1.0.0" in json.loads(asked.stdout)["supportedVersions"]
    assert sorted(path.name for path in (*bin_dir.iterdir(), *conf_dir.iterdir())) == ["10-bgpkit.conflist", "bgpkit"]


def test_a_second_run_brings_them_up_to_date(tmp_path: Path) -> None:
    """What stood there is replaced, and nothing else remains."""
    words = ("install", "--cni-bin", tmp_path / "bin", "--cni-conf", tmp_path / "conf")
    assert bgpkit_node(*words).status == 0
    conflist = tmp_path / "conf" / "10-bgpkit.conflist"
    before = conflist.read_text()
    conflist.write_text("old")
    (tmp_path / "bin" / "bgpkit").write_text("old")
    assert bgpkit_node(*words).status == 0
    assert conflist.read_text() == before
    assert (tmp_path / "bin" / "bgpkit").read_text().startswith("#!/usr/bin/env python3")


def test_a_path_that_is_a_file_is_named(tmp_path: Path) -> None:
    """One sentence."""
    (tmp_path / "file").write_text("")
    answer = bgpkit_node("install", "--cni-bin", tmp_path / "file" / "bin", "--cni-conf", tmp_path / "conf")
    answer.assert_refused(f"{tmp_path}/file/bin: cannot be written: Not a directory")
