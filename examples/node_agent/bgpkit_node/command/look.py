"""The two looks that calicoctl's output has had, and the option that chooses."""

from enum import Enum

import click


class Look(Enum):
    """Which calicoctl a table is to look like; the values are the words of ``--compat``."""

    OLD = "3.9"
    PRESENT = "current"


compat_option = click.option(
    "--compat",
    type=click.Choice([look.value for look in Look]),
    default=Look.PRESENT.value,
    envvar="BGPKIT_NODE_COMPAT",
    show_default=True,
    show_envvar=True,
    help="Which calicoctl the output is to look like.",
)
