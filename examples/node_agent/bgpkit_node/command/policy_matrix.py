"""``bgpkit-node policy matrix``: who reaches whom."""

import json
from pathlib import Path
from typing import Final

import click

from bgpkit_node.command.policy_source import cluster_option, parse_port
from bgpkit_node.command.tables import aligned
from bgpkit_node.policy import Cluster
from bgpkit_node.policy.matrix import Cell, Matrix, matrix_of
from bgpkit_node.policy.matrix_page import page_of
from bgpkit_node.policy.matrix_picture import picture_of
from bgpkit_node.policy.protocols import protocol_name
from bgpkit_node.whole_file import write_whole

_SIGNS: Final = {True: "yes", False: "no", None: "-"}


@click.command("matrix")
@click.option("--port", "ports", multiple=True, metavar="PORT/PROTOCOL", help="Ask about this port of every pod.")
@click.option("-n", "--namespace", default="", help="Ask about connections from or to the pods of one namespace.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the reason where a connection is denied.")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to this file.")
@click.option("--svg", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Write a picture to this file.")
@cluster_option
def policy_matrix(
    ports: tuple[str, ...], namespace: str, as_json: bool, page: Path | None, picture: Path | None, cluster: Cluster
) -> None:
    """Tell who may open connections to whom: rows are sources, columns are ports of pods.

    Without --port the known ports of each pod are asked about, and 80/TCP of a pod that names none.
    """
    matrix = matrix_of(cluster, tuple(map(parse_port, ports)), namespace)
    if page is not None:
        write_whole(page, page_of(matrix))
    if picture is not None:
        write_whole(picture, picture_of(matrix))
    if as_json:
        click.echo(json.dumps(list(_values(matrix)), indent=2))
    elif page is None and picture is None:
        click.echo(rendered(matrix))


def rendered(matrix: Matrix) -> str:
    """Return the table for people."""
    if not matrix.targets:
        return "there are no pods"
    rows = [
        [source, *(_SIGNS[matrix.cells.get((source, target), Cell(None)).allowed] for target in matrix.targets)]
        for source in matrix.sources
    ]
    return aligned(["FROM", *map(str, matrix.targets)], rows)


def _values(matrix: Matrix) -> list[dict[str, object]]:
    return [
        {
            "from": source,
            "to": target.name,
            "port": target.port,
            "protocol": protocol_name(target.protocol),
            "allowed": cell.allowed,
            "reason": cell.reason,
        }
        for (source, target), cell in matrix.cells.items()
        if cell.allowed is not None
    ]
