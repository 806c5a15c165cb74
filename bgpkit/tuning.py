"""What a program that is all about routes asks of the interpreter. A library must not: so it is yours to call."""

import gc
from typing import Final

_THRESHOLDS: Final = (25_000, 1_000, 1_000)
"""Young objects are looked at in small helpings: a helping of 200,000 keeps everything else waiting for 80 ms."""


def tune_gc() -> None:
    """Let the garbage collector look less often, and never at what is there now.

    Tables hold millions of objects without a circle among them: each full collection visits them all for nothing,
    for a tenth of a second and more. Call it once, when everything is imported and nothing yet learned.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
