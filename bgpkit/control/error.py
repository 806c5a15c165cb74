"""The error of the local socket."""

from bgpkit.errors import BgpError


class ControlError(BgpError):
    """The local socket cannot be had, or what was asked through it cannot be answered: one sentence says why."""
