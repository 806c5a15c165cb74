"""Keys and certificates for etcd: read, checked, and each fault in one sentence."""

import base64
import binascii
import contextlib
import re
import ssl
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bgpkit_node.datastore.settings import EtcdSettings, Pem
from bgpkit_node.errors import DatastoreError

_CERTIFICATE: Final = re.compile(rb"-----BEGIN CERTIFICATE-----\s.*?-----END CERTIFICATE-----", re.DOTALL)
_KEY: Final = re.compile(
    rb"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY-----\s.*?-----END ([A-Z0-9]+ )*PRIVATE KEY-----", re.DOTALL
)
_LARGEST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Credentials:
    """PEM texts that fit together; an empty one is not used."""

    authority: bytes = b""
    certificate: bytes = b""
    key: bytes = b""

    def context(self) -> ssl.SSLContext:
        """Return a client's TLS context with them, which asks for HTTP/2 as gRPC does."""
        text = self.authority.decode("ascii", errors="replace")
        context = ssl.create_default_context(cadata=text or None)
        context.set_alpn_protocols(["h2"])
        if self.certificate:
            with self.files() as (certificate, key):
                context.load_cert_chain(certificate, key, password=_no_password)
        return context

    @contextlib.contextmanager
    def files(self) -> Generator[tuple[str, str]]:
        """Write certificate and key where only we may read them, for OpenSSL, which takes them from files alone."""
        with tempfile.TemporaryDirectory(prefix="bgpkit-node-") as folder:
            paths = Path(folder) / "certificate", Path(folder) / "key"
            for path, text in zip(paths, (self.certificate, self.key), strict=True):
                path.touch(mode=0o600)
                path.write_bytes(text)
            yield str(paths[0]), str(paths[1])


def load_credentials(settings: EtcdSettings) -> Credentials:
    """Read what the settings name and check that it can be used together; blocks.

    Raises DatastoreError, one sentence: a missing file, a value that was left ``null``, base64 instead of PEM, a key
    that does not belong to its certificate.
    """
    credentials = Credentials(
        _read(settings.authority, _CERTIFICATE, "certificate"),
        _read(settings.certificate, _CERTIFICATE, "certificate"),
        _read(settings.key, _KEY, "private key"),
    )
    authority, certificate, key = settings.authority, settings.certificate, settings.key
    try:
        ssl.create_default_context(cadata=credentials.authority.decode("ascii", errors="replace") or None)
    except ssl.SSLError as error:
        raise DatastoreError(f"{_name(authority)} holds no certificate that can be read: {_words(error)}") from error
    try:
        credentials.context()
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise DatastoreError(f"{_name(key)} is not the key of the certificate {_name(certificate)}") from error
        raise DatastoreError(
            f"{_name(certificate)} and {_name(key)} cannot be used as certificate and key: {_words(error)}"
        ) from error
    return credentials


def signed_by_authority(credentials: Credentials) -> bool:
    """Tell whether the own certificate is one that its own authority vouches for, as etcd will ask.

    A handshake in memory asks OpenSSL: the certificate is shown to one who trusts the authority.
    """
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(cadata=credentials.authority.decode("ascii", errors="replace"))
    client = credentials.context()
    client.check_hostname = False
    client.verify_mode = ssl.CERT_NONE
    with credentials.files() as (certificate, key):
        server.load_cert_chain(certificate, key, password=_no_password)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                return error.reason != "CERTIFICATE_VERIFY_FAILED"
    return True


def _read(pem: Pem | None, shape: re.Pattern[bytes], what: str) -> bytes:
    """Return a PEM text; DatastoreError when it is none."""
    if pem is None:
        return b""
    text = pem.text.encode() if pem.path is None else _octets(pem.name, pem.path)
    if shape.search(text):
        return text
    bare = b"".join(text.split())
    if bare in {b"", b"null", b"bnVsbA=="}:
        raise DatastoreError(f"{pem.name} is {'null' if bare else 'empty'}: put the {what} (PEM) there")
    with contextlib.suppress(binascii.Error):
        if shape.search(base64.b64decode(bare, validate=True)):
            raise DatastoreError(f"{pem.name} is the {what} in base64 once more: decode it (base64 -d)")
    raise DatastoreError(
        f"{pem.name} holds no {what} in PEM (-----BEGIN {'CERTIFICATE' if what[0] == 'c' else 'PRIVATE KEY'}-----)"
    )


def _octets(name: str, path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except FileNotFoundError as error:
        parent = next(folder for folder in path.absolute().parents if folder.is_dir())
        absent = "" if parent == path.absolute().parent else f" (nor its directory: {parent} is the last that does)"
        raise DatastoreError(f"{name} does not exist{absent}") from error
    except OSError as error:
        raise DatastoreError(f"{name} cannot be read: {error.strerror}") from error


def _name(pem: Pem | None) -> str:
    return pem.name if pem else "the machine's list of authorities"


def _words(error: ssl.SSLError) -> str:
    return (error.reason or str(error)).replace("_", " ").lower()


def _no_password() -> str:
    """Answer OpenSSL, which would ask on the terminal for the password of a key that has one."""
    return ""
