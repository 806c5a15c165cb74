"""The errors of the command."""

from bgpkit.errors import BgpError


class InputError(BgpError):
    """What was given cannot be read: the message says what is wrong, and at which octet."""


class UsageError(BgpError):
    """What was asked for cannot be: the message says what to do instead."""
