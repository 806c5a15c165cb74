"""Which datastore is meant: an SQLite file, or etcd with all that is needed to reach it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class SqliteSettings:
    """The embedded datastore in the file ``path``."""

    path: Path

    def __str__(self) -> str:
        """Return the path."""
        return str(self.path)


@dataclass(frozen=True, slots=True)
class Pem:
    """A key or certificates in PEM: in the file ``path``, or ``text`` itself when there is none.

    ``name`` is how errors call it: ``ETCD_KEY_FILE /calico-secrets/etcd-key``.
    """

    name: str
    path: Path | None = None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EtcdSettings:
    """An etcd cluster: its ``endpoints`` (URLs, http or https) and what to show them."""

    endpoints: tuple[str, ...]
    authority: Pem | None = None
    """Certificates of the authorities that etcd's certificate is checked with; None: those of the machine."""
    certificate: Pem | None = None
    key: Pem | None = None
    username: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Return the endpoints."""
        return ",".join(self.endpoints)


DatastoreSettings: TypeAlias = SqliteSettings | EtcdSettings
