"""Who is asking: tokens, groups, training. Every failure closes the door."""
