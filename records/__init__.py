"""What is kept: counters, never text."""
