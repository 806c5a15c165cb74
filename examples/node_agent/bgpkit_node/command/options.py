"""Options that several commands share."""

from pathlib import Path

import click

from bgpkit_node.paths import DATASTORE, RUN_DIR

datastore_option = click.option(
    "--datastore",
    type=click.Path(dir_okay=False, readable=False, path_type=Path),
    default=DATASTORE,
    envvar="BGPKIT_NODE_DATASTORE",
    show_default=True,
    show_envvar=True,
    help="File of the embedded datastore.",
)
run_dir_option = click.option(
    "--run-dir",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    default=RUN_DIR,
    envvar="BGPKIT_NODE_RUN_DIR",
    show_default=True,
    show_envvar=True,
    help="Directory of the agent's socket.",
)
