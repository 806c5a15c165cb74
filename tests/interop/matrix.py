"""Runs the tests of the matrix and prints what they prove: ``python -m tests.interop.matrix``.

With ``--write`` it goes into tests/interop/README.md. The status is that of pytest.
"""

import sys
from importlib import import_module

from tests.support.sources import PROJECT


def main(arguments: list[str]) -> int:
    """Run and print."""
    sys.path.insert(0, str(PROJECT / "setup"))  # as pytest does: the daemons are found by it
    status: int = import_module("tests.interop.matrix_page").run(write=arguments == ["--write"])
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
