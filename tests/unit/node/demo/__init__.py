"""The demonstration of the node agent."""
