"""Units of bgpkit_rib.extended_communities."""
