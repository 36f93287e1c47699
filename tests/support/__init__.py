"""Recordings with known truth for tests: a synthetic runner and honest writers of FIT, GPX and TCX bytes."""
