"""The proof of a draft: each number, name and institution is found in the paper, or named as a fault."""
