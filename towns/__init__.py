"""The towns of one installation: what each one sets for itself, and which one a request belongs to."""
