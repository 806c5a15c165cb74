"""``bgpkit-node install``: put the CNI executable and its configuration where a container runtime looks."""

import json
import sys
from pathlib import Path

import click

from bgpkit_node.cni import install_shim
from bgpkit_node.command.options import run_dir_option
from bgpkit_node.errors import NodeError
from bgpkit_node.paths import SOCKET_NAME


@click.command()
@click.option(
    "--cni-bin",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    default=Path("/opt/cni/bin"),
    show_default=True,
    help="Directory of the runtime's CNI executables.",
)
@click.option(
    "--cni-conf",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    default=Path("/etc/cni/net.d"),
    show_default=True,
    help="Directory of the runtime's CNI configurations.",
)
@click.option(
    "--calicoctl",
    is_flag=False,
    flag_value="/usr/local/bin/calicoctl",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    metavar="[PATH]",
    help="Only make this command answer to the name calicoctl, by a link.  [default: /usr/local/bin/calicoctl]",
)
@run_dir_option
def install(cni_bin: Path, cni_conf: Path, calicoctl: Path | None, run_dir: Path) -> None:
    """Install the CNI executable and 10-bgpkit.conflist; run it again to bring them up to date."""
    if calicoctl is not None:
        program = _program()
        _link(calicoctl, program)
        click.echo(f"installed {calicoctl}, which is {program}")
        return
    target = cni_conf / "10-bgpkit.conflist"
    conflist = {
        "cniVersion": "1.0.0",
        "name": "k8s-pod-network",
        "plugins": [
            {
                "type": "bgpkit",
                "agent_socket": str(run_dir / SOCKET_NAME),
                "conflist": str(target),
                "capabilities": {"io.kubernetes.cri.pod-annotations": True, "ips": True, "mac": True},
            },
            {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}},
        ],
    }
    try:
        cni_bin.mkdir(parents=True, exist_ok=True)
        cni_conf.mkdir(parents=True, exist_ok=True)
        shim = install_shim(cni_bin)
        draft = target.with_suffix(".new")
        draft.write_text(json.dumps(conflist, indent=2) + "\n")
        draft.replace(target)
    except OSError as error:
        raise NodeError(f"{error.filename}: cannot be written: {error.strerror}") from error
    click.echo(f"installed {shim} and {target}")


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
        raise NodeError(f"{error.filename}: cannot be written: {error.strerror}") from error
