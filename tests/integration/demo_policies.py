"""Who reaches whom in the demonstration, before a policy and after each change of it: walkthrough 35, 36 and 37."""

from typing import Final

POLICIES: Final = {
    "test-network-policy, for pods with role=db": [
        ["frontend -> db:6379", "yes", "yes"],
        ["worker -> db:6379", "yes", "yes"],
        ["172.17.0.5 -> db:6379", "yes", "yes"],
        ["db -> 10.0.0.10:5978", "yes", "yes"],
        ["172.17.1.5 -> db:6379", "yes", "no"],
        ["visitor -> db:6379", "yes", "no"],
        ["frontend -> db:80", "yes", "no"],
        ["db -> 10.0.0.5:80", "yes", "no"],
        ["db -> client3:53", "yes", "no"],
    ],
    "access-nginx, written in one way after another": [
        ["client1 -> nginx:80", "yes", "yes", "yes", "yes", "no", "yes"],
        ["client2 -> nginx:80", "yes", "no", "yes", "no", "no", "yes"],
        ["client3 -> nginx:80", "yes", "no", "no", "no", "no", "yes"],
    ],
    "isolate, for all pods of default": [
        ["client1 -> client2:80", "yes", "yes", "yes"],
        ["client2 -> nginx:80", "yes", "yes", "yes"],
        ["client3 -> nginx:80", "yes", "no", "no"],
        ["client1 -> client3:53", "yes", "no", "yes"],
    ],
}
