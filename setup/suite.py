"""Run the tests: ``python3 setup/suite.py [ARGUMENT OF PYTEST ...]``."""

import sys

from bgpkit_setup.suite import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
