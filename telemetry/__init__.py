"""What an operator sees of a running installation: measurements and the states of dependencies. No text, no person."""
