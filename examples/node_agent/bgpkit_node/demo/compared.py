"""Tables before a change and after it, in one."""


def compared(before: str, after: str) -> str:
    """Return the lines of ``after``; new ones are marked ``+``, and those that are gone stand first, marked ``-``."""
    old, new = ([line.rstrip() for line in text.splitlines()] for text in (before, after))
    gone = [f"- {line}" for line in old if line not in new]
    return "\n".join([*gone, *(f"{' ' if line in old else '+'} {line}" for line in new)])
