"""A language model is asked for a draft: the prompt, the call within its limits, and what came back."""
