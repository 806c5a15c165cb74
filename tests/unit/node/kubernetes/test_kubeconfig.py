"""What is said of a kubeconfig that cannot be used: which file, where in it, and what. Config (v1) of Kubernetes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bgpkit_node.errors import KubernetesError
from bgpkit_node.kubernetes.kubeconfig import current_context

GOOD: dict[str, Any] = {
    "current-context": "here",
    "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
    "clusters": [{"name": "c", "cluster": {"server": "https://10.0.0.1:6443"}}],
    "users": [{"name": "u", "user": {"token": "t"}}],
}


def written(path: Path, **fields: object) -> Path:
    """Write a good file but for some fields; None leaves one out."""
    found = GOOD | {key.replace("_", "-"): value for key, value in fields.items()}
    path.write_text(yaml.safe_dump({key: value for key, value in found.items() if value is not None}))
    return path


def server(url: object) -> list[dict[str, object]]:
    """Return the clusters of a file."""
    return [{"name": "c", "cluster": {"server": url}}]


def users(**fields: object) -> list[dict[str, object]]:
    """Return the users of a file."""
    return [{"name": "u", "user": fields}]


FAULTS: list[tuple[dict[str, object], str]] = [
    ({"clusters": 5}, "is no kubeconfig: clusters: expected `array | null`, got `int`"),
    ({"clusters": server(5)}, "is no kubeconfig: clusters[0].cluster.server: expected `str`, got `int`"),
    ({"clusters": [{"name": "c"}]}, "is no kubeconfig: clusters[0]: object missing required field `cluster`"),
    ({"users": users(token=5)}, "is no kubeconfig: users[0].user.token: expected `str | null`, got `int`"),
    ({"users": users(exec={"command": "x", "apiVersion": "v1", "args": [5]})}, "users[0].user.exec.args[0]: exp"),
    ({"users": users(**{"client-key-data": "abc"})}, "users: u: client-key-data is not base64"),
    (
        {"clusters": [{"name": "c", "cluster": {"server": "https://h", "certificate-authority-data": "a"}}]},
        "clusters: c: certificate-authority-data is not base64",
    ),
    ({"current_context": None}, "names no current-context (kubectl config use-context NAME)"),
    ({"current_context": "x"}, "current-context names 'x', which is not among contexts"),
    ({"clusters": None}, "the context here names 'c', which is not among clusters"),
    ({"users": []}, "the context here names 'u', which is not among users"),
    ({"contexts": [{"name": "here", "context": {"cluster": "c"}}]}, "the context here names none of users"),
]


@pytest.mark.parametrize(("fields", "said"), FAULTS)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, fields: dict[str, object], said: str) -> None:
    """In one line."""
    path = written(tmp_path / "kubeconfig", **fields)
    with pytest.raises(KubernetesError) as error:
        current_context(str(path))
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["", "10.0.0.1:6443", "//api", "https://", "ftp://api", "https://api:x", "https://[::", "https://api:0"]
)
def test_a_server_without_scheme_or_host_is_no_url(tmp_path: Path, url: str) -> None:
    """It is not tried for ever."""
    path = written(tmp_path / "kubeconfig", clusters=server(url))
    with pytest.raises(KubernetesError) as error:
        current_context(str(path))
    assert str(error.value) == f"{path}: clusters: c: server {url!r} is no URL, such as https://10.0.0.1:6443"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is no kubeconfig: it is empty"),
        (b"[]", "is no kubeconfig: expected `object`, got `array`"),
        (b"a: [", "is not YAML: while parsing"),
        (b"\xff\xfe\xff", "is not text in UTF-8"),
    ],
)
def test_a_file_that_is_no_kubeconfig_is_named(tmp_path: Path, text: bytes, said: str) -> None:
    """Also a directory."""
    path = tmp_path / "kubeconfig"
    path.write_bytes(text)
    with pytest.raises(KubernetesError) as error:
        current_context(str(path))
    assert str(error.value).startswith(f"{path}: {said}")
    with pytest.raises(KubernetesError, match=f"^{tmp_path}: cannot be read: Is a directory$"):
        current_context(str(tmp_path))


def test_the_first_of_several_files_decides_and_they_complete_each_other(tmp_path: Path) -> None:
    """Organizing Cluster Access Using kubeconfig Files: the first file to set a value wins."""
    first = written(tmp_path / "a", clusters=None, users=None)
    other = [{"name": "there", "context": {"cluster": "c", "user": "u"}}]
    second = written(tmp_path / "b", current_context="there", contexts=other)
    assert current_context(f"{first}:{second}") == "here"
    assert current_context(f"{second}:{first}") == "there"


def test_without_tls_nobody_need_be_shown(tmp_path: Path) -> None:
    """As behind ``kubectl proxy``; fields that nothing here reads may be there."""
    contexts = [{"name": "here", "context": {"cluster": "c", "namespace": "shop"}}]
    path = written(tmp_path / "k", clusters=server("http://127.0.0.1:8001"), contexts=contexts, users=None, kind="x")
    assert current_context(str(path)) == "here"
