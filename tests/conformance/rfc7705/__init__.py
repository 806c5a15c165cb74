"""RFC 7705, Autonomous System Migration Mechanisms, sentence by sentence."""
