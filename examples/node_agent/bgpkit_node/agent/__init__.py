"""The node agent: what runs on every node."""

from bgpkit_node.agent.agent import AgentOptions, NodeAgent

__all__ = ["AgentOptions", "NodeAgent"]
