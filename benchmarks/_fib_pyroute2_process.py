"""The process that _fib_bgpkit.py starts for pyroute2: a call for each route, a line for each step."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pyroute2 import IPRoute

from benchmarks._fib_program import Step
from benchmarks._fib_routes import MOVED, Routes, gateway

_PROTOCOL: Final = 12


def do(ip: IPRoute, routes: Routes, step: Step) -> None:
    """Do what a step asks."""
    every = range(len(routes.keys))
    match step:
        case Step.ADD:
            for text, way in _rows(routes, every):
                ip.route("add", dst=text, gateway=way, proto=_PROTOCOL)
        case Step.REPLACE:
            for text, way in _rows(routes, every, shifted=True):
                ip.route("replace", dst=text, gateway=way, proto=_PROTOCOL)
        case Step.MOVE:
            places = routes.with_next_hop(MOVED, shifted=True)
            for text, way in _rows(routes, places, shifted=True, moved=True):
                ip.route("replace", dst=text, gateway=way, proto=_PROTOCOL)
        case Step.DELETE:
            for text, way in _rows(routes, every, shifted=True, moved=True):
                ip.route("del", dst=text, gateway=way, proto=_PROTOCOL)
        case Step.DUMP:
            list(ip.get_routes(table=254, proto=_PROTOCOL))
        case Step.ADOPT:
            raise ValueError("pyroute2 keeps no routes")


def main(file: str) -> None:
    """Say when ready; then read steps, a line each, until there are no more."""
    routes = Routes([bytes.fromhex(line) for line in Path(file).read_text(encoding="ascii").split()])
    with IPRoute() as ip:
        print(json.dumps({}), flush=True)
        for line in sys.stdin:
            start, processor = time.perf_counter(), time.process_time()
            do(ip, routes, Step(line.strip()))
            taken = {"seconds": time.perf_counter() - start, "processor": time.process_time() - processor}
            print(json.dumps(taken), flush=True)


def _rows(
    routes: Routes, places: Iterable[int], *, shifted: bool = False, moved: bool = False
) -> Iterator[tuple[str, str]]:
    for place in places:
        number = routes.next_hop_of(place, shifted=shifted)
        yield routes.texts[place], gateway(number, moved=moved and number == MOVED)


if __name__ == "__main__":
    main(sys.argv[1])
