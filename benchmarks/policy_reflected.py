"""What policies cost a route reflector, from the feeder's first octet until a client has everything.

    python benchmarks/policy_reflected.py [--daemons bgpkit,compiled] [--routes 1000000] [--rounds 3] [--limit]
                                          [--json FILE]

The reflector without policies and with each of several, in turns, each in a process of its own; a ratio is that to the
one without. Accept-all and prefix sets are to stay below 4/3, which is a quarter of the throughput: with ``--limit``
the status is 1 when one does not. The work is done by _policy_reflected.py, in namespaces as peers.py makes them.
"""

import sys

from benchmarks.peers import become

if __name__ == "__main__":
    become("benchmarks._policy_reflected", sys.argv[1:])
