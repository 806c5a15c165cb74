"""Keys, certificates and endpoints are looked at together before anything starts. walkthrough 2."""

import base64
from pathlib import Path

import pytest

from bgpkit_node.errors import DatastoreError
from bgpkit_node.startup.etcd_access import checked_credentials, etcd_settings
from tests.support.certificates import Authority, Signed

ENDPOINT = "https://10.4.7.12:2379"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder for certificates."""
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    """Make an authority."""
    return Authority(folder)


@pytest.fixture(scope="module")
def client(authority: Authority) -> Signed:
    """Make a client's certificate."""
    return authority.sign("client")


def refusal(authority: Path | None, certificate: Path | None, key: Path | None, endpoints: str = ENDPOINT) -> str:
    """Return the sentence with which files, or endpoints, are refused."""
    with pytest.raises(DatastoreError) as raised:
        checked_credentials(etcd_settings(endpoints, authority, certificate, key))
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_files_that_fit_together_are_taken(authority: Authority, client: Signed) -> None:
    """As they are in the files."""
    settings = etcd_settings(ENDPOINT, authority.certificate, client.certificate, client.key)
    assert checked_credentials(settings).key == client.key.read_bytes()
    assert checked_credentials(etcd_settings("http://10.4.7.12:2379", None, None, None)).key == b""


def test_each_mistake_is_one_sentence(authority: Authority, client: Signed, folder: Path) -> None:
    """With option and file: null, base64, another's key, another's signature, nothing there, half a pair."""
    other = Authority(folder, "other").sign("stranger")
    ca, cert, key = authority.certificate, client.certificate, client.key
    null, encoded = folder / "null", folder / "encoded"
    null.write_text("null\n")
    encoded.write_bytes(base64.encodebytes(key.read_bytes()))
    assert refusal(ca, cert, null) == f"--etcd-key {null} is null: put the private key (PEM) there"
    assert refusal(ca, cert, encoded) == (
        f"--etcd-key {encoded} is the private key in base64 once more: decode it (base64 -d)"
    )
    assert (
        refusal(ca, cert, other.key) == f"--etcd-key {other.key} is not the key of the certificate --etcd-cert {cert}"
    )
    assert refusal(ca, other.certificate, other.key) == (
        f"--etcd-cert {other.certificate} is not signed by the authority --etcd-ca {ca}: etcd will refuse it"
    )
    assert refusal(folder / "none" / "ca", cert, key).startswith(f"--etcd-ca {folder}/none/ca does not exist (nor its")
    assert "--etcd-cert is given but --etcd-key is not" in refusal(ca, cert, None)
    assert "--etcd-key is given but --etcd-cert is not" in refusal(ca, None, key)


def test_each_mistake_in_endpoints_is_one_sentence(authority: Authority) -> None:
    """No URL, none at all, and one without TLS where there are certificates."""
    assert "--etcd-endpoints: '10.4.7.12:2379' is not a URL of etcd" in refusal(None, None, None, "10.4.7.12:2379")
    assert "--etcd-endpoints names no endpoint" in refusal(None, None, None, ",")
    mixed = f"{ENDPOINT},http://10.4.7.21:2379"
    assert refusal(authority.certificate, None, None, mixed) == (
        "--etcd-endpoints: http://10.4.7.21:2379 is spoken to without TLS, for which there are certificates: write https://"
    )
