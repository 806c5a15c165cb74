"""Manifests are looked at before they are applied: each mistake of an operator is one sentence. walkthrough 2."""

import base64
import textwrap
from pathlib import Path

import pytest

from bgpkit_node.datastore.etcd.credentials import Credentials
from bgpkit_node.errors import NodeError
from bgpkit_node.startup.manifest_check import read_installation
from bgpkit_node.startup.manifests import Installation, to_text
from tests.support.sources import PROJECT

KEY = b"-----BEGIN PRIVATE KEY-----\n" + b"A" * 100 + b"\n-----END PRIVATE KEY-----\n"
GOOD = to_text(
    Installation(
        endpoints=("https://10.4.7.12:2379", "https://10.4.7.21:2379"),
        credentials=Credentials(authority=b"the authority", certificate=b"the certificate", key=KEY),
        image="x",
    )
)
ENCODED = base64.b64encode(KEY).decode()
FOLDED = textwrap.fill(ENCODED, 76)


def read(text: str, folder: Path) -> list[str]:
    """Return the sentences about a manifest, without the name of the file."""
    path = folder / "calico-etcd.yaml"
    path.write_text(text)
    try:
        read_installation(path)
    except NodeError as error:
        lines = str(error).splitlines()
        assert all(line.startswith(f"{path}: ") for line in lines)
        return [line.removeprefix(f"{path}: ") for line in lines]
    return []


def test_what_is_printed_passes_and_says_what_it_was_made_of(tmp_path: Path) -> None:
    """Endpoints, and the files as they were."""
    path = tmp_path / "ours.yaml"
    path.write_text(GOOD)
    found = read_installation(path)
    assert found.endpoints == ("https://10.4.7.12:2379", "https://10.4.7.21:2379")
    texts = [pem.text if pem else "" for pem in (found.authority, found.certificate, found.key)]
    assert texts == ["the authority", "the certificate", KEY.decode()]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            f"etcd-key: {ENCODED}",
            "etcd-key: null",
            "etcd-key of Secret calico-etcd-secrets is still null: put the file",
        ),
        (f"etcd-key: {ENCODED}", "etcd-key: 'null'", "etcd-key of Secret calico-etcd-secrets is still null"),
        (
            ENCODED,
            FOLDED.replace("\n", "\n    "),
            "etcd-key of Secret calico-etcd-secrets: its base64 is wrapped: write it in one line (base64 -w 0 FILE)",
        ),
        (ENCODED, FOLDED, "; base64 in several lines reads so: put the file there as base64 in one line"),
        (ENCODED, "|\n    " + FOLDED.replace("\n", "\n    "), "its base64 is wrapped"),
        (ENCODED, KEY.decode().partition("\n")[0], "etcd-key of Secret calico-etcd-secrets is the file itself: put"),
        (ENCODED, "-" + ENCODED, "etcd-key of Secret calico-etcd-secrets is not base64: put the file there as base64"),
        (
            "etcd_key: /calico-secrets/etcd-key",
            "etcd_key: /calico-secret/etcd-key",
            "is /calico-secret/etcd-key, where Secret calico-etcd-secrets is not: that is mounted at /calico-secrets",
        ),
        ("secretName: calico-etcd-secrets", "secretName: other", "is not: no container mounts that"),
        ("etcd_key: /calico-secrets/etcd-key", "etcd_key: /calico-secrets/key", "the Secret's file is called etcd-key"),
        ("etcd_key: /calico-secrets/etcd-key", 'etcd_key: ""', "etcd_key of ConfigMap calico-config is empty, so that"),
        ("https://10.4.7.12:2379,", "https://10.4.7.12,", "'https://10.4.7.12' is not a URL of etcd"),
        ("name: calico-config\n  namespace", "name: config\n  namespace", "there is no ConfigMap calico-config"),
    ],
)
def test_each_mistake_is_one_sentence(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    """With the place, and what to do."""
    assert old in GOOD
    told = read(GOOD.replace(old, new), tmp_path)
    assert any(sentence in line for line in told), told
    assert read(GOOD, tmp_path) == []


def test_a_certificate_without_its_key_is_named(tmp_path: Path) -> None:
    """As when only some of the lines of the template were filled."""
    text = GOOD.replace(f"  etcd-key: {ENCODED}\n", "").replace("/calico-secrets/etcd-key", "''")
    assert read(text, tmp_path) == [
        "Secret calico-etcd-secrets has one of etcd-cert and etcd-key: a certificate needs its key, and a key its one"
    ]


def test_calicos_template_as_it_comes_is_not_filled_in(tmp_path: Path) -> None:
    """Its place holder is no endpoint; and what is uncommented must be filled."""
    template = (PROJECT / "tests" / "data" / "calico" / "manifest_calico-etcd.yaml").read_text()
    told = read(template, tmp_path)
    assert len(told) == 1
    assert told[0].startswith("etcd_endpoints of ConfigMap calico-config: 'http://<ETCD_IP>:<ETCD_PORT>' is not a URL")
    paths = template.replace('etcd_ca: ""   # ', "etcd_ca: ").replace("# etcd-ca: null", "etcd-ca: null")
    [null] = [line for line in read(paths, tmp_path) if "null" in line]
    assert null.startswith("etcd-ca of Secret calico-etcd-secrets is still null: put the file there as base64 in one ")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Absent, or no text."""
    with pytest.raises(NodeError, match=r"/none: cannot be read: No such file"):
        read_installation(tmp_path / "none")
    (tmp_path / "odd").write_bytes(b"\xff")
    with pytest.raises(NodeError, match=r"/odd: is not text in UTF-8"):
        read_installation(tmp_path / "odd")
