"""How the enforcement of policies does, for metrics and health."""

from dataclasses import dataclass, field

from bgpkit_node.running.durations import Durations


@dataclass(slots=True)
class PolicyTally:
    """What has become of the policies since the agent started."""

    why_not: str = "they have not been read yet"
    """Why the policies that are stored are not in force; empty when they are. What was before them then still is."""
    commits: int = 0
    """Times in which rules in the kernel changed."""
    failures: int = 0
    """Times in which they could not be changed as asked."""
    cut: int = 0
    """Connections ended because a policy no longer allows them."""
    unreadable: int = 0
    """Policies that cannot be read, so that all that they may be about is denied."""
    commit_times: Durations = field(default_factory=Durations)
    waits: Durations = field(default_factory=Durations)
    """How long pods waited for their rules before they started."""
