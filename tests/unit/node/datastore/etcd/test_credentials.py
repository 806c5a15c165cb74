"""Keys and certificates: each mistake of walkthrough 2 is one sentence before anything is connected."""

import base64
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bgpkit_node.datastore.etcd.credentials import Credentials, load_credentials, signed_by_authority
from bgpkit_node.datastore.settings import EtcdSettings, Pem
from bgpkit_node.errors import DatastoreError
from tests.support.certificates import Authority


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with ca.crt, client.crt, client.key (of the authority), and those of a stranger."""
    folder = tmp_path_factory.mktemp("certificates")
    Authority(folder).sign("client", usage="clientAuth")
    Authority(folder, "other").sign("stranger")
    return folder


def _settings(
    folder: Path, authority: str = "ca.crt", certificate: str = "client.crt", key: str = "client.key"
) -> EtcdSettings:
    return EtcdSettings(
        endpoints=("https://a:1",),
        authority=Pem("CA", folder / authority),
        certificate=Pem("CERT", folder / certificate),
        key=Pem("KEY", folder / key),
    )


def test_files_that_fit_together_are_taken_as_they_are(folder: Path) -> None:
    """Also when they are given as texts."""
    expected = Credentials(*((folder / name).read_bytes() for name in ("ca.crt", "client.crt", "client.key")))
    assert load_credentials(_settings(folder)) == expected
    texts = [Pem(name, text=(folder / name).read_text()) for name in ("ca.crt", "client.crt", "client.key")]
    given = EtcdSettings(endpoints=(), authority=texts[0], certificate=texts[1], key=texts[2])
    assert load_credentials(given) == expected
    assert load_credentials(EtcdSettings(endpoints=("http://a:1",))) == Credentials()


def _cut(pem: bytes) -> bytes:
    return pem[:-30]


def _garbled(pem: bytes) -> bytes:
    return pem.replace(b"M", b"A")


@pytest.mark.parametrize(
    ("field", "wrong", "sentence"),
    [
        ("key", b"null\n", "KEY is null: put the private key .PEM. there"),
        ("certificate", b"", "CERT is empty: put the certificate .PEM. there"),
        ("authority", b"bnVsbA==", "CA is null"),
        ("key", base64.b64encode, "KEY is the private key in base64 once more: decode it"),
        ("certificate", base64.encodebytes, "CERT is the certificate in base64 once more"),
        ("key", _cut, "KEY holds no private key in PEM .-----BEGIN PRIVATE KEY-----."),
        ("certificate", b"hello", "CERT holds no certificate in PEM .-----BEGIN CERTIFICATE-----."),
        ("authority", _garbled, "CA holds no certificate that can be read"),
        ("certificate", _garbled, "CERT and KEY cannot be used as certificate and key"),
    ],
)
def test_each_mistake_in_a_file_is_one_sentence(
    folder: Path, tmp_path: Path, field: str, wrong: bytes | Callable[[bytes], bytes], sentence: str
) -> None:
    """What stands in it, and what should."""
    right = {"authority": "ca.crt", "certificate": "client.crt", "key": "client.key"}[field]
    file = tmp_path / "wrong"
    file.write_bytes(wrong if isinstance(wrong, bytes) else wrong((folder / right).read_bytes()))
    with pytest.raises(DatastoreError, match=sentence) as caught:
        load_credentials(_settings(folder, **{field: str(file)}))
    assert "\n" not in str(caught.value)


def test_a_key_of_another_certificate_is_said_to_be_one(folder: Path) -> None:
    """Both are named."""
    with pytest.raises(DatastoreError, match=r"^KEY is not the key of the certificate CERT$"):
        load_credentials(_settings(folder, key="stranger.key"))


def test_a_key_behind_a_password_is_refused(folder: Path, tmp_path: Path) -> None:
    """Nobody is asked for it on a terminal."""
    locked = tmp_path / "locked"
    words = ["openssl", "pkcs8", "-topk8", "-in", str(folder / "client.key"), "-out", str(locked), "-passout", "pass:x"]
    subprocess.run(words, check=True)
    with pytest.raises(DatastoreError, match="CERT and KEY cannot be used as certificate and key"):
        load_credentials(_settings(folder, key=str(locked)))


def test_a_missing_file_is_named_and_whether_its_directory_is_there(folder: Path) -> None:
    """A mount that was forgotten looks different from a name misspelt."""
    with pytest.raises(DatastoreError, match=r"^KEY does not exist$"):
        load_credentials(_settings(folder, key="missing"))
    with pytest.raises(DatastoreError, match=f"nor its directory: {folder} is the last that does"):
        load_credentials(_settings(folder, key="mount/key"))
    with pytest.raises(DatastoreError, match=r"^KEY cannot be read: Is a directory$"):
        load_credentials(_settings(folder, key="."))


def test_whether_the_own_authority_vouches_for_a_certificate_is_known(folder: Path) -> None:
    """OpenSSL says so, in a handshake that leaves no trace."""
    own = load_credentials(_settings(folder))
    assert signed_by_authority(own)
    foreign = load_credentials(_settings(folder, certificate="stranger.crt", key="stranger.key"))
    assert not signed_by_authority(foreign)
