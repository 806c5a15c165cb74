"""Certificates for a test: authorities, and what they sign, made by openssl in a moment."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_EXTENSIONS = "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage={usage}\n"


@dataclass(frozen=True)
class Signed:
    """A key and its certificate."""

    key: Path
    certificate: Path


class Authority:
    """An authority of its own, in a folder of the test's."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        """Make the authority's key and certificate."""
        self._folder = folder
        self._key, self.certificate = folder / f"{name}.key", folder / f"{name}.crt"
        _openssl(
            *("req", "-x509", *_NEW_KEY, "-days", "2", "-subj", f"/CN={name}"),
            *("-keyout", str(self._key), "-out", str(self.certificate)),
        )

    def sign(self, name: str, subject: str = "", *, usage: str = "serverAuth,clientAuth") -> Signed:
        """Make a key and a certificate for ``subject`` (its CN is ``name`` when none is given)."""
        key, request, certificate, extensions = (
            self._folder / f"{name}.{suffix}" for suffix in ("key", "csr", "crt", "ext")
        )
        extensions.write_text(_EXTENSIONS.format(usage=usage), encoding="ascii")
        _openssl("req", *_NEW_KEY, "-subj", subject or f"/CN={name}", "-keyout", str(key), "-out", str(request))
        _openssl(
            *("x509", "-req", "-in", str(request), "-CA", str(self.certificate), "-CAkey", str(self._key)),
            *("-CAcreateserial", "-days", "2", "-out", str(certificate), "-extfile", str(extensions)),
        )
        return Signed(key, certificate)


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=30)
