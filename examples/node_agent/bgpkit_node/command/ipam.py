"""``bgpkit-node ipam``: what address management holds."""

import click

from bgpkit_node.command.ipam_check import check
from bgpkit_node.command.ipam_configure import configure
from bgpkit_node.command.ipam_release import release
from bgpkit_node.command.ipam_show import show
from bgpkit_node.command.ipam_split import split


@click.group()
def ipam() -> None:
    """Look at addresses, and take back those that nobody uses."""


for _word in (check, configure, release, show, split):
    ipam.add_command(_word)
