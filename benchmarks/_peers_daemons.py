"""All that can be measured, by the name that ``--daemons`` takes."""

from collections.abc import Mapping
from typing import Final

from benchmarks._peers_daemon import Daemon
from benchmarks._peers_daemons_others import Bird, Frr, GoBgp, OpenBgpd
from benchmarks._peers_daemons_python import Bgpkit, BgpkitCompiled, ExaBgp, Mirror, OsKen

DAEMONS: Final[Mapping[str, type[Daemon]]] = {
    "bgpkit": Bgpkit,
    "compiled": BgpkitCompiled,
    "bird": Bird,
    "frr": Frr,
    "openbgpd": OpenBgpd,
    "gobgp": GoBgp,
    "os-ken": OsKen,
    "exabgp": ExaBgp,
    "ceiling": Mirror,
}
