"""Which way to Kubernetes' API is meant, and what is said when there is none."""

import logging
from pathlib import Path

import pytest
import yaml

from bgpkit_node.errors import KubernetesError, NodeError
from bgpkit_node.kubernetes.access import KubernetesAccess, chosen_access, configured


def test_a_file_that_is_named_comes_before_the_pod_and_that_before_the_users_own(tmp_path: Path) -> None:
    """As kubectl does, but that a pod needs no file."""
    named, own = tmp_path / "named", tmp_path / ".kube" / "config"
    named.touch()
    home = {"HOME": str(tmp_path)}
    pod = {**home, "KUBERNETES_SERVICE_HOST": "10.96.0.1"}
    assert chosen_access(str(named), pod) == KubernetesAccess(str(named))
    assert chosen_access("", pod) == KubernetesAccess()
    with pytest.raises(NodeError, match=rf"name a file with --kubeconfig or KUBECONFIG, make {own}, or run in a pod"):
        chosen_access("", home)
    own.parent.mkdir()
    own.touch()
    assert chosen_access("", home) == KubernetesAccess(str(own))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Also among several."""
    there = tmp_path / "there"
    there.touch()
    with pytest.raises(NodeError, match=f"^{tmp_path}/absent: there is no such kubeconfig"):
        chosen_access(f"{there}:{tmp_path}/absent", {})


def _kubeconfig(folder: Path, **user: object) -> Path:
    path = folder / "kubeconfig"
    document = {
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": "https://10.0.0.1:6443"}}],
        "users": [{"name": "x", "user": user}],
    }
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


async def test_a_file_is_looked_at_before_the_library_reads_it(tmp_path: Path) -> None:
    """The configuration is that of its context."""
    path = _kubeconfig(tmp_path)
    assert (await configured(KubernetesAccess(str(path)))).host == "https://10.0.0.1:6443"
    path.write_text("clusters: 5")
    with pytest.raises(KubernetesError, match=f"^{path}: is no kubeconfig: clusters: expected"):
        await configured(KubernetesAccess(str(path)))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo no login >&2; echo here >&2; exit 1", r"exec: process returned 1\. no login here"),
        ("echo x", "exec: failed to decode process output: .*"),
        ("""echo '{"apiVersion": "v1", "kind": "ExecCredential", "status": {}}'""", "exec: missing token or .*"),
        ("""echo '{"apiVersion": "v1", "kind": "ExecCredential", "status": 5}'""", "TypeError: .*"),
        ("""echo '{"apiVersion": "v2", "kind": "ExecCredential", "status": {}}'""", "exec: plugin api version v2 .*"),
    ],
)
async def test_a_plugin_that_fails_is_an_error_in_one_line_and_nothing_else_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    """Whatever the library makes of it, and although it only logs some of that."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as in a process that has none
    plugin = {"command": "/bin/sh", "apiVersion": "v1", "args": ["-c", script]}
    path = _kubeconfig(tmp_path, exec=plugin)
    with pytest.raises(KubernetesError, match=f"^{path}: Kubernetes' API cannot be reached with it: {said}$"):
        await configured(KubernetesAccess(str(path)))
    assert capfd.readouterr() == ("", "")


async def test_a_plugin_that_is_not_there_is_named(tmp_path: Path) -> None:
    """By what the file says."""
    path = _kubeconfig(tmp_path, exec={"command": "/no/plugin", "apiVersion": "v1"})
    with pytest.raises(KubernetesError, match=r"with it: /no/plugin: No such file or directory$"):
        await configured(KubernetesAccess(str(path)))
