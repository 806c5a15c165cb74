"""Install: the executable and its configuration, where a container runtime looks."""

import json
import os
import subprocess
from pathlib import Path

from tests.support.commands import PATIENCE, asked


def test_the_executable_and_the_conflist_are_put_in_place(tmp_path: Path) -> None:
    """The conflist names the executable and the socket; the executable answers a runtime by itself."""
    bin_dir, conf_dir, run_dir = tmp_path / "opt" / "bin", tmp_path / "etc", tmp_path / "run"
    answer = asked("install", "--cni-bin", bin_dir, "--cni-conf", conf_dir, "--run-dir", run_dir)
    shim, conflist = bin_dir / "bgpkit", conf_dir / "10-bgpkit.conflist"
    assert (answer.status, answer.out) == (0, f"installed {shim} and {conflist}\n")
    told = json.loads(conflist.read_text())
    assert (told["cniVersion"], told["name"], [plugin["type"] for plugin in told["plugins"]]) == (
        "1.0.0",
        "k8s-pod-network",
        ["bgpkit", "portmap"],
    )
    assert told["plugins"][0]["agent_socket"] == str(run_dir / "agent.sock")
    assert told["plugins"][0]["conflist"] == str(conflist)
    assert told["plugins"][0]["capabilities"]["io.kubernetes.cri.pod-annotations"] is True
    assert os.access(shim, os.X_OK)
    versions = subprocess.run(
        [shim],
        input=json.dumps({"cniVersion": "1.0.0"}),
        env={"PATH": os.environ["PATH"], "CNI_COMMAND": "VERSION"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert "1.0.0" in json.loads(versions.stdout)["supportedVersions"]
    assert sorted(path.name for path in (*bin_dir.iterdir(), *conf_dir.iterdir())) == ["10-bgpkit.conflist", "bgpkit"]


def test_a_second_run_brings_them_up_to_date(tmp_path: Path) -> None:
    """What stood there is replaced, and nothing else remains."""
    words = ("install", "--cni-bin", tmp_path / "bin", "--cni-conf", tmp_path / "conf")
    assert asked(*words).status == 0
    conflist = tmp_path / "conf" / "10-bgpkit.conflist"
    before = conflist.read_text()
    conflist.write_text("old")
    (tmp_path / "bin" / "bgpkit").write_text("old")
    assert asked(*words).status == 0
    assert conflist.read_text() == before
    assert (tmp_path / "bin" / "bgpkit").read_bytes().startswith(b"#!/bin/sh\n")


def test_a_path_that_is_a_file_is_named(tmp_path: Path) -> None:
    """One sentence."""
    (tmp_path / "file").write_text("")
    answer = asked("install", "--cni-bin", tmp_path / "file" / "bin", "--cni-conf", tmp_path / "conf")
    answer.assert_refused(f"{tmp_path}/file/bin: cannot be written: Not a directory")


def test_the_name_calicoctl_is_made_by_a_link(tmp_path: Path) -> None:
    """It leads to this command, and answers to its words; made again it stays. walkthrough 12."""
    link = tmp_path / "bin" / "calicoctl"
    for _ in range(2):
        answer = asked("install", "--calicoctl", link)
        assert (answer.status, answer.err) == (0, "")
        assert answer.out == f"installed {link}, which is {link.readlink()}\n"
    told = subprocess.run([link, "--help"], capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.startswith("Usage: calicoctl ")


def test_a_link_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """The link, not the program that it was to lead to."""
    asked("install", "--calicoctl", "/sys/calicoctl").assert_refused("bgpkit-node: /sys/calicoctl: cannot be written: ")


def test_another_program_of_that_name_is_left_alone(tmp_path: Path) -> None:
    """Be it a file or a link to somewhere else."""
    link = tmp_path / "calicoctl"
    link.write_text("the real one")
    asked("install", "--calicoctl", link).assert_refused(f"{link}: another program stands there")
    assert link.read_text() == "the real one"


def test_the_installer_of_a_pod_is_told_by_its_environment(tmp_path: Path) -> None:
    """Name and text of the configuration, and the MTU of pods, as Calico's installer is."""
    words = ("install", "--cni-bin", tmp_path / "bin", "--cni-conf", tmp_path / "conf")
    text = '{"plugins": [{"type": "bgpkit", "mtu": __CNI_MTU__}]}'
    environment = {"CNI_CONF_NAME": "05-own.conflist", "CNI_NETWORK_CONFIG": text, "CNI_MTU": "1400"}
    assert asked(*words, environment=environment).status == 0
    assert json.loads((tmp_path / "conf" / "05-own.conflist").read_text()) == {
        "plugins": [{"type": "bgpkit", "mtu": 1400}]
    }
    assert asked(*words, "--mtu", "9000").status == 0
    ours = json.loads((tmp_path / "conf" / "10-bgpkit.conflist").read_text())
    assert ours["plugins"][0]["mtu"] == 9000
    for name, value, sentence in (
        ("CNI_CONF_NAME", "../x.conflist", "--conf-name (CNI_CONF_NAME) is '../x.conflist': it must be a file name"),
        ("CNI_CONF_NAME", "10-x.conf", "that ends in .conflist"),
        ("CNI_NETWORK_CONFIG", "{", "--network-config (CNI_NETWORK_CONFIG) is not an object in JSON: "),
        ("CNI_NETWORK_CONFIG", '{"type": "x"}', "(CNI_NETWORK_CONFIG) is no list of plugins"),
    ):
        asked(*words, environment={name: value}).assert_refused(sentence, status=2)
