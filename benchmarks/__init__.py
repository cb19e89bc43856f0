"""Figures: ``python -m benchmarks`` prints them all. Nothing here passes or fails."""
