"""What the control plane was started with, from whatever files start it. walkthrough 4."""

from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from bgpkit_node.errors import NodeError
from bgpkit_node.startup import control_plane
from bgpkit_node.startup.control_plane import ControlPlane, read_control_plane

ETCD = "https://10.4.7.12:2379,https://10.4.7.21:2379,https://10.4.7.22:2379"
FOUND = ControlPlane(pods=(ip_network("10.244.0.0/16"),), services=(ip_network("10.96.0.0/16"),), etcd=ETCD)
MANIFESTS = {
    "kube-controller-manager.yaml": """\
spec:
  containers:
  - command:
    - kube-controller-manager
    - --allocate-node-cidrs=true
    # - --cluster-cidr=10.9.0.0/16
    - --cluster-cidr=10.244.0.0/16
""",
    "kube-apiserver.yaml": f"""\
spec:
  containers:
  - command: ["kube-apiserver", "--etcd-servers", "{ETCD}", "--service-cluster-ip-range=10.96.0.0/16"]
""",
}
UNITS = {
    "kube-controller-manager.service": "[Service]\nExecStart=/usr/bin/kube-controller-manager $OPTIONS\n",
    "kube-controller-manager.conf": 'OPTIONS="--v=2 \\\n --cluster-cidr=10.244.0.0/16 \\\n --leader-elect"\n',
    "kube-apiserver.conf": f"; --etcd-servers=x\nOPTIONS='--etcd-servers={ETCD} --v=2'\n",
    "kube-apiserver-more": "MORE=--service-cluster-ip-range=10.96.0.0/16\n",
}
SCRIPTS = {
    "bin/kube-controller-manager.sh": "./kube-controller-manager \\\n  --cluster-cidr 10.244.0.0/16 \\\n  --v 2\n",
    "bin/kube-apiserver.sh": f"./kube-apiserver --etcd-servers {ETCD} \\\n  --service-cluster-ip-range 10.96.0.0/16\n",
    "bin/kube-proxy.sh": "./kube-proxy --cluster-cidr 10.244.0.0/16\n",
}


SIX = "https://[fd00::1]:2379"
IN_BRACKETS = {
    "kube-controller-manager.yaml": "command: [kube-controller-manager, --cluster-cidr=10.244.0.0/16, --v=2]\n",
    "kube-apiserver.yaml": f"command: [apiserver, --etcd-servers={SIX}, --service-cluster-ip-range=10.96.0.0/16]\n",
    "kube-apiserver-2.yaml": f"command: [kube-apiserver, --etcd-servers={SIX}]\n",
}


def written(folder: Path, files: dict[str, str]) -> Path:
    """Write files, and one that is no text beside them."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "ca.der").write_bytes(b"\xff\xfe--cluster-cidr=10.9.0.0/16")
    return folder


@pytest.mark.parametrize("files", [MANIFESTS, UNITS, SCRIPTS])
def test_options_are_found_in_any_form(files: dict[str, str], tmp_path: Path) -> None:
    """Manifests of static pods, unit files with their options, scripts; comments do not count."""
    assert read_control_plane(written(tmp_path, files)) == FOUND


def test_options_in_a_list_of_yaml_end_where_they_end(tmp_path: Path) -> None:
    """Without the comma or the bracket behind them; brackets of their own stay."""
    assert read_control_plane(written(tmp_path, IN_BRACKETS)) == replace(FOUND, etcd=SIX)


def test_a_range_of_each_family(tmp_path: Path) -> None:
    """As a cluster with two stacks has; what is not said is empty."""
    found = read_control_plane(written(tmp_path, {"a": "--cluster-cidr=10.244.0.0/16,fd00:244::/56\n"}))
    assert found == ControlPlane(pods=(ip_network("10.244.0.0/16"), ip_network("fd00:244::/56")))


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "no file there names --cluster-cidr or --etcd-servers; look where"),
        ({"a": "--cluster-cidr=10.244.0.0/33"}, r"/a: --cluster-cidr: '10.244.0.0/33' is not an IP address"),
        ({"a": "--cluster-cidr=10.244.0.1/16"}, r"/a: --cluster-cidr: 10.244.0.1/16 is not strictly masked"),
        (
            {"a": "--cluster-cidr=10.244.0.0/16", "b": "--cluster-cidr=10.9.0.0/16"},
            r"--cluster-cidr is 10.244.0.0/16 in .*/a and 10.9.0.0/16 in .*/b: which of them holds\?",
        ),
    ],
)
def test_what_cannot_be_used_is_one_sentence(files: dict[str, str], sentence: str, tmp_path: Path) -> None:
    """With the file and the option."""
    with pytest.raises(NodeError, match=sentence):
        read_control_plane(written(tmp_path, files))


def test_a_directory_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As is one with so many files that it is not that of a configuration."""
    with pytest.raises(NodeError, match=r"/none: is no directory"):
        read_control_plane(tmp_path / "none")
    monkeypatch.setattr(control_plane, "_MOST", 2)
    for number in range(3):
        (tmp_path / str(number)).touch()
    with pytest.raises(NodeError, match=r"has more than 2 files"):
        read_control_plane(tmp_path)
