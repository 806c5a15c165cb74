"""Prepare this checkout for one of make's targets: ``python3 setup/prepare.py --for demo``."""

import sys

if sys.version_info < (3, 11):  # this file is read by old Pythons too
    sys.exit("set-up: Python 3.11 or newer is needed, and python3 is " + sys.version.split()[0] + ".")

from bgpkit_setup.preparation import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
