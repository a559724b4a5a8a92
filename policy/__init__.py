"""The Dienstanweisung as code: what may be written and asked, and what must be masked before anyone sees it.

Imports of ours: german.text and german.lexicon only.
"""
