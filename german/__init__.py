"""The language room: sentences, readability, officialese, facts and simplification rules.

Knows nothing of Teams, Outlook, Azure or models; imports nothing of ours.
"""
