"""One program, one pass: read a stream from a file, measure one way through it, say how long it took.

    python -m benchmarks._codec_worker benchmarks._codec_os_ken:parse STREAM [--ipv6] [--two-octet-as]

Each pass has a process of its own, so that nothing is warm and no program pays for what another has left behind.
The result is one line of JSON. What the program makes of the messages is written after the clock has stopped.
"""

import argparse
import gc
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks._codec_work import Prepare, Terms, Work

_HEADER: Final = 19


def whole_messages(stream: bytes, maximum: int) -> list[bytes]:
    """Cut a stream into at most so many messages, header and all."""
    messages: list[bytes] = []
    offset = 0
    while offset + _HEADER <= len(stream) and len(messages) < maximum:
        stop = offset + (stream[offset + 16] << 8 | stream[offset + 17])
        messages.append(stream[offset:stop])
        offset = stop
    return messages


def resident() -> int:
    """Return the octets of memory that the process has in use now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def measure(work: Work) -> dict[str, float]:
    """Run the work; return processor seconds, and the octets by which memory has grown while its result is kept."""
    gc.collect()
    before = resident()
    began = time.process_time()
    result = work.run()
    seconds = time.process_time() - began
    grown = resident() - before
    del result
    return {"seconds": seconds, "octets": grown}


def main(arguments: list[str]) -> None:
    """Measure one way."""
    parser = argparse.ArgumentParser(description="measure one way through a stream")
    parser.add_argument("way")
    parser.add_argument("stream", type=Path)
    parser.add_argument("--updates", type=int, default=1 << 30)
    parser.add_argument("--ipv6", action="store_true")
    parser.add_argument("--two-octet-as", action="store_true")
    parser.add_argument("--no-gc", action="store_true")
    parser.add_argument("--lines", type=Path, help="file for what the program makes of the messages")
    parser.add_argument("--compared", type=int, default=1 << 30, help="how many messages go there")
    options = parser.parse_args(arguments)
    module, _, name = options.way.partition(":")
    prepare: Prepare = getattr(importlib.import_module(module), name)
    terms = Terms(four_octet_as=not options.two_octet_as, afi=2 if options.ipv6 else 1)
    messages = whole_messages(options.stream.read_bytes(), options.updates)
    work = prepare(messages, terms)
    if options.no_gc:
        gc.disable()
    figures: dict[str, float] = {"updates": len(messages), **measure(work)}
    if options.lines is not None and work.lines is not None:
        with options.lines.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in work.lines(messages[: options.compared], terms))
    if options.lines is not None and work.same is not None:
        figures["same"] = work.same()
    print(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
