"""What Paperwire does: it identifies, reads and briefs papers, and compiles digests of them."""
