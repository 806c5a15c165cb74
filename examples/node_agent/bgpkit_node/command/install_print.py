"""``bgpkit-node install --print`` and ``--check``: Kubernetes manifests, looked at before anything starts."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import click

from bgpkit_node.command.print_wish import PrintWish

_Command: TypeAlias = Callable[..., Any]
_IMAGE: Final = "localhost/bgpkit-node:latest"


def print_options(command: _Command) -> _Command:
    """Give a command the options of manifests; it gets what they say as ``manifests``."""

    @functools.wraps(command)
    def chosen(
        *arguments: Any,
        printing: bool,
        checked: Path | None,
        etcd_endpoints: str,
        etcd_ca: Path | None,
        etcd_cert: Path | None,
        etcd_key: Path | None,
        from_kubernetes: Path | None,
        image: str,
        offline: bool,
        **options: Any,
    ) -> Any:
        """Put them together before the command runs."""
        manifests = PrintWish(
            printing=printing,
            checked=checked,
            endpoints=etcd_endpoints,
            authority=etcd_ca,
            certificate=etcd_cert,
            key=etcd_key,
            kubernetes=from_kubernetes,
            image=image,
            offline=offline,
        )
        return command(*arguments, manifests=manifests, **options)

    wrapped: _Command = chosen
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def tell_manifests(options: PrintWish) -> bool:
    """Print the manifests of an installation, or look at those in a file; False when neither is asked for.

    Endpoints of etcd that are dead among others are warned of, on standard error. NodeError names what is wrong.
    """
    if options.printing and options.checked is not None:
        raise click.UsageError("--print and --check exclude each other")
    if not options.printing and (stray := options.for_printing):
        raise click.UsageError(f"{stray} is for --print: without it the CNI executable would be installed here")
    if not options.printing and options.checked is None:
        return False
    from bgpkit_node.command.manifest_output import check_manifests, print_manifests  # gRPC, only where it is wanted

    if options.checked is not None:
        check_manifests(options.checked, offline=options.offline)
    else:
        print_manifests(options)
    return True


def _file(name: str, told: str) -> Callable[[_Command], _Command]:
    path = click.Path(dir_okay=False, readable=False, path_type=Path)
    return click.option(name, type=path, metavar="FILE", help=told)


_OPTIONS: Final = (
    click.option(
        "--print", "printing", is_flag=True, help="Only print the manifests of an installation in Kubernetes."
    ),
    click.option(
        "--check",
        "checked",
        type=click.Path(dir_okay=False, readable=False, path_type=Path),
        metavar="FILE",
        help="Only look at manifests, Calico's or ours, for what is wrong with their etcd.",
    ),
    click.option(
        "--etcd-endpoints",
        default="",
        metavar="URL,...",
        help="Where etcd is.  [default: what --from-kubernetes finds]",
    ),
    _file("--etcd-ca", "Certificate of the authority of etcd."),
    _file("--etcd-cert", "Certificate to show to etcd."),
    _file("--etcd-key", "Its key."),
    click.option(
        "--from-kubernetes",
        type=click.Path(file_okay=False, readable=False, path_type=Path),
        metavar="DIR",
        help="Directory of the control plane's files: --cluster-cidr and --etcd-servers are read there.",
    ),
    click.option("--image", default=_IMAGE, show_default=True, metavar="IMAGE", help="The image of the pods."),
    click.option("--offline", is_flag=True, help="Do not ask the endpoints of etcd whether they can be used."),
)
