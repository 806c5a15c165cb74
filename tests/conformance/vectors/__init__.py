"""Every row of tests/data/vectors: decoded as others say, and written again."""
