"""The rendering for nftables, one module at a time."""
