"""Unit tests of bgpkit.adj_rib_out."""
