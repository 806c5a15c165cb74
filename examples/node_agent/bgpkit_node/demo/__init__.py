"""The demonstration: a three-node pod network on one machine, from one command."""
