"""Pods as the CNI library of container runtimes keeps them."""

import json
from ipaddress import ip_address
from pathlib import Path

from bgpkit_node.flannel import CachedPod, cached_pods


def test_pods_are_found_by_their_interface(tmp_path: Path) -> None:
    """By that at the node's side; entries of other forms are passed over."""
    entry = {
        "kind": "cniCacheV1",
        "cniArgs": [["K8S_POD_NAMESPACE", "kube-system"], ["K8S_POD_NAME", "coredns"]],
        "result": {
            "interfaces": [{"name": "cni0"}, {"name": "veth1"}, {"name": "eth0", "sandbox": "/run/netns/x"}],
            "ips": [{"interface": 2, "address": "10.244.1.5/24"}, {"address": "fd00::5/64"}],
        },
    }
    podman = {"cniArgs": None, "result": {"interfaces": [{"name": "veth2"}], "ips": []}}
    texts = (json.dumps(entry), json.dumps(podman), "{", '{"result": {"ips": [{"address": "x"}]}}', "{}")
    for number, text in enumerate(texts):
        (tmp_path / f"cbr0-{number}-eth0").write_text(text)
    (tmp_path / "folder").mkdir()
    found = cached_pods(tmp_path)
    coredns = CachedPod("kube-system", "coredns", (ip_address("10.244.1.5"), ip_address("fd00::5")))
    assert (found["veth1"], found["veth2"]) == (coredns, CachedPod("", "", ()))
    assert "eth0" not in found


def test_a_cache_that_cannot_be_read_knows_no_pod(tmp_path: Path) -> None:
    """It is only one of the ways."""
    assert cached_pods(tmp_path / "none") == {}
