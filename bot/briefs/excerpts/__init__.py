"""The built-in model: a draft picked from the paper's own sentences, without key or network."""
