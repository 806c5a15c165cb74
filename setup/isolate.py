"""Run a command in namespaces of its own: ``python3 setup/isolate.py COMMAND [ARGUMENT ...]``."""

import sys

from bgpkit_setup.isolation import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
