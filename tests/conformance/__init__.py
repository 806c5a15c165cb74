"""Sentences of the RFCs, one test function each."""
