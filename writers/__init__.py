"""Who writes: a model through `openai`, or the rules. Takes a `MaskedText`, never a raw string."""
