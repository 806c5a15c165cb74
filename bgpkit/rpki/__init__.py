"""Route origin validation: ROAs, and the RTR client that fetches them (RFC 6811; RFC 8210)."""

from bgpkit.rpki.cache import RTR_PORT, RtrCache, RtrCacheStatus, RtrState
from bgpkit.rpki.changes import RoaChanges
from bgpkit.rpki.client import RtrClient
from bgpkit.rpki.error import RtrError, RtrErrorCode
from bgpkit.rpki.intervals import RtrIntervals
from bgpkit.rpki.json_file import load_roa_table, parse_roa_table, read_roas
from bgpkit.rpki.origin import origin_as
from bgpkit.rpki.roa import Roa
from bgpkit.rpki.state import RpkiState
from bgpkit.rpki.table import RoaTable

__all__ = [
    "RTR_PORT",
    "Roa",
    "RoaChanges",
    "RoaTable",
    "RpkiState",
    "RtrCache",
    "RtrCacheStatus",
    "RtrClient",
    "RtrError",
    "RtrErrorCode",
    "RtrIntervals",
    "RtrState",
    "load_roa_table",
    "origin_as",
    "parse_roa_table",
    "read_roas",
]
