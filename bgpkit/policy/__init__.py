"""Policies: which routes come in, and which go out to whom."""

from bgpkit.policy.prefixes import PrefixPolicy, PrefixRule
from bgpkit.policy.verdict import ACCEPT_ALL, REJECT_ALL, AcceptAll, Policy, RejectAll, Verdict, accepted_keys, verdicts

__all__ = [
    "ACCEPT_ALL",
    "REJECT_ALL",
    "AcceptAll",
    "Policy",
    "PrefixPolicy",
    "PrefixRule",
    "RejectAll",
    "Verdict",
    "accepted_keys",
    "verdicts",
]
