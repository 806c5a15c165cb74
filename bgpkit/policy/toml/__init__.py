"""Policies written in TOML; `POLICIES.md` beside this folder describes them."""

from bgpkit.policy.toml.load import load_policies

__all__ = ["load_policies"]
