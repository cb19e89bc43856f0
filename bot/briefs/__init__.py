"""Briefs: our one sentence about a paper, and the proof that the paper says so."""
