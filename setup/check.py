"""Run every check of the source tree: ``python3 setup/check.py``."""

import sys

from bgpkit_setup.checks import main

if __name__ == "__main__":
    sys.exit(main())
