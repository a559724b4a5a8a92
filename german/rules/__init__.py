"""The rules of the rule writer, by what they change; `german.simplify` runs them.

A rule takes one sentence and yields changes; it yields nothing when it is not certain.
"""
