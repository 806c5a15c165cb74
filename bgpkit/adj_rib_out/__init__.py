"""What each peer is sent: update groups that encode once and fan out (RFC 4271, section 9.2)."""

from bgpkit.adj_rib_out.advertised import Advertised, advertised, wide_export
from bgpkit.adj_rib_out.covering import Covering
from bgpkit.adj_rib_out.dispatch import Dispatch
from bgpkit.adj_rib_out.export import Export
from bgpkit.adj_rib_out.export_key import ExportKey, NextHopSelf
from bgpkit.adj_rib_out.group import Concerned, UpdateGroup
from bgpkit.adj_rib_out.interest import Interest, entry_targets, interest_of, is_constrained, route_targets
from bgpkit.adj_rib_out.long_lived import LongLivedStale
from bgpkit.adj_rib_out.member import OutputPort, RouteLimit, Sent
from bgpkit.adj_rib_out.path_ids import PathIds
from bgpkit.adj_rib_out.refusal import ExportVerdict, export_verdict
from bgpkit.adj_rib_out.scheduler import Scheduler
from bgpkit.wire.as_path_rewrite import PrivateAs

__all__ = [
    "Advertised",
    "Concerned",
    "Covering",
    "Dispatch",
    "Export",
    "ExportKey",
    "ExportVerdict",
    "Interest",
    "LongLivedStale",
    "NextHopSelf",
    "OutputPort",
    "PathIds",
    "PrivateAs",
    "RouteLimit",
    "Scheduler",
    "Sent",
    "UpdateGroup",
    "advertised",
    "entry_targets",
    "export_verdict",
    "interest_of",
    "is_constrained",
    "route_targets",
    "wide_export",
]
