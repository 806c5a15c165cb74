"""What the tests stand on: network namespaces, real daemons, skips with a reason, the RFC coverage matrix."""
