"""NLRI to draw, one file for each kind of family."""

from bgpkit.testing.strategies.nlri.table import NLRI_STRATEGIES, nlri

__all__ = ["NLRI_STRATEGIES", "nlri"]
