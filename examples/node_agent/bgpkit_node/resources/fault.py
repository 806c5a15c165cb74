"""What is wrong with a resource: which field, and why, in words that follow the field's name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; ``field`` is a path as ``spec.communities[0].value``, "" when it is the whole."""

    field: str
    text: str
