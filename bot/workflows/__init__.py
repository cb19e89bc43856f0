"""The durable workflows: from a share to its brief and reply, digests, corrections, and what is to be forgotten."""
