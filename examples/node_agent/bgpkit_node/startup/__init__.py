"""What is decided before a node's agent serves: its addresses, the first pools, and what an installation is told."""
