"""Looking at what an installation is told of etcd before anything is started with it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from bgpkit_node.datastore.calico_config import parse_endpoints
from bgpkit_node.datastore.etcd.credentials import Credentials, load_credentials, signed_by_authority
from bgpkit_node.datastore.opening import bare_datastore
from bgpkit_node.datastore.settings import EtcdSettings, Pem
from bgpkit_node.errors import DatastoreError


def etcd_settings(endpoints: str, authority: Path | None, certificate: Path | None, key: Path | None) -> EtcdSettings:
    """Return what the options of ``install`` say; DatastoreError, one sentence, when they do not go together."""
    urls = parse_endpoints(endpoints, "--etcd-endpoints")
    if (certificate is None) != (key is None):
        present, absent = ("--etcd-cert", "--etcd-key") if key is None else ("--etcd-key", "--etcd-cert")
        raise DatastoreError(f"{present} is given but {absent} is not: a certificate needs its key, and a key its one")
    plain = [url for url in urls if url.startswith("http://")]
    if plain and (authority or certificate):
        raise DatastoreError(
            f"--etcd-endpoints: {plain[0]} is spoken to without TLS, for which there are certificates: write https://"
        )
    return EtcdSettings(
        endpoints=urls,
        authority=_pem("--etcd-ca", authority),
        certificate=_pem("--etcd-cert", certificate),
        key=_pem("--etcd-key", key),
    )


def checked_credentials(settings: EtcdSettings) -> Credentials:
    """Read keys and certificates, and see that they fit together; DatastoreError, one sentence; blocks."""
    credentials = load_credentials(settings)
    pair = settings.certificate, settings.authority
    if pair[0] is not None and pair[1] is not None and not signed_by_authority(credentials):
        raise DatastoreError(f"{pair[0].name} is not signed by the authority {pair[1].name}: etcd will refuse it")
    return credentials


def try_etcd(settings: EtcdSettings, warn: Callable[[str], None]) -> None:
    """Open a connection to etcd as an agent would; ``warn`` is told of each endpoint that is dead among others.

    Raises DatastoreError, one sentence, when none can be used.
    """

    async def opened() -> None:
        """Open, and close."""
        async with bare_datastore(settings, warn=warn):
            pass

    asyncio.run(opened())


def _pem(option: str, path: Path | None) -> Pem | None:
    return None if path is None else Pem(f"{option} {path}", path=path)
