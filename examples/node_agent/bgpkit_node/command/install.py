"""``bgpkit-node install``: put the CNI executable and its configuration where a container runtime looks."""

import json
import sys
from pathlib import Path

import click
import msgspec

from bgpkit_node.cni import install_shim, our_conflist
from bgpkit_node.command.install_print import print_options, tell_manifests
from bgpkit_node.command.options import cni_bin_option, cni_conf_option, run_dir_option
from bgpkit_node.command.print_wish import PrintWish
from bgpkit_node.errors import NodeError, UsageError
from bgpkit_node.paths import SOCKET_NAME
from bgpkit_node.whole_file import write_whole


@click.command()
@cni_bin_option
@cni_conf_option
@click.option(
    "--calicoctl",
    is_flag=False,
    flag_value="/usr/local/bin/calicoctl",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    metavar="[PATH]",
    help="Only make this command answer to the name calicoctl, by a link.  [default: /usr/local/bin/calicoctl]",
)
@click.option(
    "--conf-name",
    default="10-bgpkit.conflist",
    envvar="CNI_CONF_NAME",
    show_default=True,
    show_envvar=True,
    help="Name of the configuration in that directory; runtimes take the first in the order of names.",
)
@click.option(
    "--network-config",
    envvar="CNI_NETWORK_CONFIG",
    show_envvar=True,
    metavar="JSON",
    help="The configuration itself.  [default: ours]",
)
@click.option(
    "--mtu",
    type=click.IntRange(0, 65535),
    default=0,
    envvar="CNI_MTU",
    show_envvar=True,
    help="MTU of pods; 0: as the agent finds.  [default: 0]",
)
@print_options
@run_dir_option
def install(
    cni_bin: Path,
    cni_conf: Path,
    calicoctl: Path | None,
    conf_name: str,
    network_config: str | None,
    mtu: int,
    manifests: PrintWish,
    run_dir: Path,
) -> None:
    """Install the CNI executable and 10-bgpkit.conflist; run it again to bring them up to date.

    With --print nothing is installed: the manifests of an installation over etcd are printed, filled with endpoints and
    certificates, once these have been looked at. With --check manifests in a file are looked at.
    """
    if tell_manifests(manifests):
        return
    if calicoctl is not None:
        program = _program()
        _link(calicoctl, program)
        click.echo(f"installed {calicoctl}, which is {program}")
        return
    target = cni_conf / _file_name(conf_name)
    conflist = _conflist(network_config, target, run_dir / SOCKET_NAME, mtu)
    try:
        cni_bin.mkdir(parents=True, exist_ok=True)
        cni_conf.mkdir(parents=True, exist_ok=True)
        shim = install_shim(cni_bin)
    except OSError as error:
        raise NodeError(f"{error.filename or cni_bin}: cannot be written: {error.strerror}") from error
    write_whole(target, json.dumps(conflist, indent=2) + "\n")
    click.echo(f"installed {shim} and {target}")


def _file_name(name: str) -> str:
    """Return ``name`` when a runtime would read a list of plugins in such a file; UsageError."""
    if Path(name).name != name or Path(name).suffix != ".conflist":
        raise UsageError(f"--conf-name (CNI_CONF_NAME) is {name!r}: it must be a file name that ends in .conflist")
    return name


def _conflist(wanted: str | None, target: Path, socket: Path, mtu: int) -> dict[str, object]:
    """Return what is to stand in ``target``: ours, or what is ``wanted`` instead; UsageError when that is no list."""
    if not wanted:
        return our_conflist(socket, target, mtu=mtu)
    try:
        given = msgspec.json.decode(wanted.replace("__CNI_MTU__", str(mtu)), type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise UsageError(f"--network-config (CNI_NETWORK_CONFIG) is not an object in JSON: {error}") from error
    if "plugins" not in given:
        raise UsageError("--network-config (CNI_NETWORK_CONFIG) is no list of plugins: it has no field plugins")
    return given


def _program() -> Path:
    """Return the file of this command: what was called, or what stands beside the interpreter."""
    called, beside = Path(sys.argv[0]), Path(sys.executable).with_name("bgpkit-node")
    program = called if called.name == beside.name and called.is_file() else beside
    if not program.is_file():
        raise NodeError(f"{program}: there is no such program to link to; install the package first")
    return program.absolute()


def _link(link: Path, program: Path) -> None:
    """Make ``link`` lead to ``program``; NodeError when anything but an older link of ours stands there."""
    try:
        if link.is_symlink() and link.readlink().name == "bgpkit-node":
            link.unlink()
        elif link.is_symlink() or link.exists():
            raise NodeError(f"{link}: another program stands there; move it away, or name another PATH")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(program)
    except OSError as error:
        raise NodeError(f"{error.filename2 or error.filename}: cannot be written: {error.strerror}") from error
