"""The options that say how policies are enforced."""

from typing import Final

import click

from bgpkit_node.nft import Refusal

CUT: Final = "cut"

deny_option: Final = click.option(
    "--deny",
    type=click.Choice([each.value for each in Refusal]),
    default=Refusal.DROP.value,
    show_default=True,
    help="What becomes of a packet that is not allowed: dropped, or refused by a TCP reset or an ICMP error.",
)

established_option: Final = click.option(
    "--established",
    type=click.Choice([CUT, "keep"]),
    default=CUT,
    show_default=True,
    help="What becomes of connections that policies no longer allow.",
)
