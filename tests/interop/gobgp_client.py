"""gobgpd as a client of a route reflector, with families beyond unicast."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.support.daemons import GoBgp


def client_configuration(address: str, families: Iterable[str], *reflectors: str) -> str:
    """Return the configuration of a client at ``address``: its reflectors and families, by GoBGP's names.

    With graceful restart, since GoBGP sends no End-of-RIB marker without.
    """
    listed = "".join(
        f"""
  [[neighbors.afi-safis]]
    [neighbors.afi-safis.config]
      afi-safi-name = "{name}"
    [neighbors.afi-safis.mp-graceful-restart.config]
      enabled = true"""
        for name in families
    )
    neighbors = "".join(
        f"""
[[neighbors]]
  [neighbors.config]
    neighbor-address = "{reflector}"
    peer-as = 64512
  [neighbors.timers.config]
    connect-retry = 1
    idle-hold-time-after-reset = 1
  [neighbors.graceful-restart.config]
    enabled = true
    restart-time = 1{listed}
"""
        for reflector in reflectors
    )
    return f"""
[global.config]
  as = 64512
  router-id = "{address}"
  port = 179
{neighbors}"""


def held(gobgp: GoBgp, table: str) -> dict[str, dict[str, Any]]:
    """Return what gobgp holds of a table: the first path of each NLRI."""
    return {nlri: paths[0] for nlri, paths in gobgp.ask_json("global", "rib", "-a", table).items()}


def attribute(path: Mapping[str, Any], code: int) -> Any:
    """Return an attribute of a path by its type code; None when it is not there."""
    return next((each for each in path["attrs"] if each["type"] == code), None)
