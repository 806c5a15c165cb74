"""What a node's rules deny, told as it happens; while nobody asks, packets pay nothing for it. Linux only; blocks.

::

    switch       a table of our own that has the kernel trace first packets; it goes with the socket that made it
    listening    the kernel's account of them, step by step; several programs may listen
    head         the headers of a packet
    step         one rule that a packet has met
    trail        the steps of one packet, up to what became of it
    rule_book    what is written at the rules of our table
    account      what is told of a packet: a policy's rule, the end of a tier, another hand
    recent       one flow that is tried again and again is told once a minute
"""

from bgpkit_node.policy_trace.account import Account, Happening
from bgpkit_node.policy_trace.head import Head
from bgpkit_node.policy_trace.listening import TraceSocket
from bgpkit_node.policy_trace.recent import Recent
from bgpkit_node.policy_trace.rule_book import RuleBook
from bgpkit_node.policy_trace.switch import switched_on
from bgpkit_node.policy_trace.trail import Trails

__all__ = ["Account", "Happening", "Head", "Recent", "RuleBook", "TraceSocket", "Trails", "switched_on"]
