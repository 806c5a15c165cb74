"""``install --print`` and ``--check``, as an operator calls them; without a network."""

from pathlib import Path

import pytest
import yaml

from tests.support.certificates import Authority
from tests.support.commands import Answer, asked

ENDPOINTS = "https://10.4.7.12:2379,https://10.4.7.21:2379,https://10.4.7.22:2379"


def printed(*words: str | Path) -> Answer:
    """Ask for manifests."""
    return asked("install", "--print", "--offline", *words)


def test_what_is_printed_is_filled_and_passes_its_own_check(tmp_path: Path) -> None:
    """From certificates and the control plane's files; nothing is installed. walkthrough 1, 4."""
    authority = Authority(tmp_path)
    client = authority.sign("client")
    plane = tmp_path / "kubernetes"
    plane.mkdir()
    (plane / "kube-apiserver.yaml").write_text(f"- --etcd-servers={ENDPOINTS}\n")
    (plane / "kube-controller-manager.yaml").write_text("- --cluster-cidr=10.244.0.0/16\n")
    files = ("--etcd-ca", authority.certificate, "--etcd-cert", client.certificate, "--etcd-key", client.key)
    answer = printed("--from-kubernetes", plane, *files, "--image", "registry.example/node:1")
    assert (answer.status, answer.err) == (0, "")
    documents = {each["kind"]: each for each in yaml.safe_load_all(answer.out)}
    assert documents["ConfigMap"]["data"]["etcd_endpoints"] == ENDPOINTS
    agent = documents["DaemonSet"]["spec"]["template"]["spec"]["containers"][0]
    assert agent["image"] == "registry.example/node:1"
    assert {"name": "CALICO_IPV4POOL_CIDR", "value": "10.244.0.0/16"} in agent["env"]
    manifest = tmp_path / "bgpkit.yaml"
    manifest.write_text(answer.out)
    checked = asked("install", "--offline", "--check", manifest)
    assert (checked.status, checked.out) == (0, f"{manifest}: nothing is wrong with what it says of etcd\n")
    own = printed("--from-kubernetes", plane, "--etcd-endpoints", "http://10.4.7.12:2379")
    assert "etcd_endpoints: http://10.4.7.12:2379\n" in own.out


def test_a_key_of_another_certificate_is_found_in_a_manifest(tmp_path: Path) -> None:
    """What the Secret holds is looked at as the files are. walkthrough 2."""
    authority = Authority(tmp_path)
    client, other = authority.sign("client"), Authority(tmp_path, "other").sign("stranger")
    good = printed(
        *("--etcd-endpoints", ENDPOINTS, "--etcd-ca", authority.certificate),
        *("--etcd-cert", client.certificate, "--etcd-key", client.key),
    ).out
    strange = printed(*("--etcd-endpoints", ENDPOINTS, "--etcd-cert", other.certificate, "--etcd-key", other.key)).out
    lines = {
        name: next(line for line in strange.splitlines() if f" {name}: " in line) for name in ("etcd-key", "etcd-cert")
    }
    manifest = tmp_path / "calico-etcd.yaml"
    for names, sentence in (
        (["etcd-key"], "etcd-key of Secret calico-etcd-secrets is not the key of the certificate etcd-cert of Secret"),
        (
            ["etcd-key", "etcd-cert"],
            "etcd-cert of Secret calico-etcd-secrets is not signed by the authority etcd-ca of",
        ),
    ):
        changed = [next((lines[name] for name in names if f" {name}: " in line), line) for line in good.splitlines()]
        manifest.write_text("\n".join(changed))
        asked("install", "--offline", "--check", manifest).assert_refused(sentence)
    manifest.write_text(
        good.replace("etcd_key: /calico-secrets/etcd-key", "etcd_key: /etc/etcd-key").replace("https", "ftp")
    )
    asked("install", "--offline", "--check", manifest).assert_refused("is not a URL of etcd", "is /etc/etcd-key, where")


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ((), 2, "--print needs --etcd-endpoints, or --from-kubernetes with a file that names --etcd-servers"),
        (("--etcd-endpoints", "10.4.7.12"), 1, "--etcd-endpoints: '10.4.7.12' is not a URL of etcd"),
        (("--etcd-endpoints", ENDPOINTS, "--etcd-ca", "/none"), 1, "--etcd-ca /none does not exist"),
        (("--from-kubernetes", "/none"), 1, "/none: is no directory that can be read"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_printed(words: tuple[str, ...], status: int, sentence: str) -> None:
    """So that no half of a manifest is applied."""
    answer = printed(*words)
    assert (answer.status, answer.out) == (status, "")
    assert sentence in answer.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--print", "--check", "x"), "--print and --check exclude each other"),
        (("--etcd-endpoints", ENDPOINTS), "--etcd-endpoints is for --print: without it the CNI executable would be"),
        (("--check", "x", "--from-kubernetes", "y"), "--from-kubernetes is for --print"),
    ],
)
def test_options_that_do_not_go_together_install_nothing(words: tuple[str, ...], sentence: str, tmp_path: Path) -> None:
    """An operator who forgets --print has not changed the machine."""
    answer = asked("install", "--cni-bin", tmp_path / "bin", "--cni-conf", tmp_path / "conf", *words)
    assert (answer.status, answer.out, list(tmp_path.iterdir())) == (2, "", [])
    assert sentence in answer.err.splitlines()[-1]
