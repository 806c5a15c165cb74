"""The node agent: what runs on every node."""

from bgpkit_node.agent.agent import NodeAgent
from bgpkit_node.agent.onlookers import OnlookerOptions
from bgpkit_node.agent.options import AgentOptions

__all__ = ["AgentOptions", "NodeAgent", "OnlookerOptions"]
