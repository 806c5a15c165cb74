"""What each peer is sent: update groups that encode once and fan out (RFC 4271, section 9.2)."""

from bgpkit.adj_rib_out.export import Export, ExportKey
from bgpkit.adj_rib_out.group import UpdateGroup
from bgpkit.adj_rib_out.member import OutputPort

__all__ = ["Export", "ExportKey", "OutputPort", "UpdateGroup"]
