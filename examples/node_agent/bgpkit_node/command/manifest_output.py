"""Manifests printed, or looked at, for ``bgpkit-node install``; loads gRPC."""

from pathlib import Path

import click

from bgpkit_node.command.print_wish import PrintWish
from bgpkit_node.command.surroundings import warn
from bgpkit_node.datastore.etcd.credentials import Credentials
from bgpkit_node.datastore.settings import EtcdSettings
from bgpkit_node.errors import DatastoreError
from bgpkit_node.startup.control_plane import ControlPlane, read_control_plane
from bgpkit_node.startup.etcd_access import checked_credentials, etcd_settings, try_etcd
from bgpkit_node.startup.manifest_check import read_installation
from bgpkit_node.startup.manifests import Installation, to_text


def check_manifests(file: Path, *, offline: bool) -> None:
    """Look at the manifests in ``file``, and unless ``offline`` at the etcd that they name; NodeError."""
    _looked_at(read_installation(file), offline=offline)
    click.echo(f"{file}: nothing is wrong with what it says of etcd")


def print_manifests(wish: PrintWish) -> None:
    """Print the manifests of an installation, once all that they are filled with has been looked at; NodeError."""
    plane = read_control_plane(wish.kubernetes) if wish.kubernetes is not None else ControlPlane()
    endpoints = wish.endpoints or plane.etcd
    if not endpoints:
        raise click.UsageError(
            "--print needs --etcd-endpoints, or --from-kubernetes with a file that names --etcd-servers"
        )
    settings = etcd_settings(endpoints, wish.authority, wish.certificate, wish.key)
    credentials = _looked_at(settings, offline=wish.offline)
    made = Installation(endpoints=settings.endpoints, credentials=credentials, image=wish.image, pods=plane.pods)
    click.echo(to_text(made), nl=False)


def _looked_at(settings: EtcdSettings, *, offline: bool) -> Credentials:
    credentials = checked_credentials(settings)
    if not offline:
        try:
            try_etcd(settings, warn)
        except DatastoreError as error:
            raise DatastoreError(f"{error} (--offline: do not ask)") from error
    return credentials
