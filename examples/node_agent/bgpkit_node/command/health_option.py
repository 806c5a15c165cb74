"""The option that says where probes and scrapers find a process."""

from collections.abc import Callable
from typing import Any, Final

import click

from bgpkit_node.health.listener import parse_health_address

_NONE: Final = "none"


class HealthAddress(click.ParamType[tuple[str, int] | None]):
    """An address and a port, or none."""

    name = "ADDRESS:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int] | None:
        """Return the two; click says what is wrong with them."""
        if value == _NONE:
            return None
        try:
            return parse_health_address(str(value))
        except ValueError as error:
            self.fail(f"{value!r} is not an address and a port, such as 127.0.0.1:9099: {error}", param, ctx)


def health_option(default: str, variable: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the option --health-address; it gets what it says as ``health_address``."""
    return click.option(
        "--health-address",
        type=HealthAddress(),
        default=default,
        envvar=variable,
        show_default=True,
        show_envvar=True,
        help="Where /liveness, /readiness and /metrics are served, or none.",
    )
