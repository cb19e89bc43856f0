"""What Paperwire does: it identifies, reads and briefs papers, and compiles digests of them."""

__version__ = "0.1.0"
