"""``bgpkit-node install``: put the CNI executable and its configuration where a container runtime looks."""

import json
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
@run_dir_option
def install(cni_bin: Path, cni_conf: Path, run_dir: Path) -> None:
    """Install the CNI executable and 10-bgpkit.conflist; run it again to bring them up to date."""
    conflist = {
        "cniVersion": "1.0.0",
        "name": "k8s-pod-network",
        "plugins": [
            {"type": "bgpkit", "agent_socket": str(run_dir / SOCKET_NAME)},
            {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}},
        ],
    }
    try:
        cni_bin.mkdir(parents=True, exist_ok=True)
        cni_conf.mkdir(parents=True, exist_ok=True)
        shim = install_shim(cni_bin)
        target = cni_conf / "10-bgpkit.conflist"
        draft = target.with_suffix(".new")
        draft.write_text(json.dumps(conflist, indent=2) + "\n")
        draft.replace(target)
    except OSError as error:
        raise NodeError(f"{error.filename}: cannot be written: {error.strerror}") from error
    click.echo(f"installed {shim} and {target}")
