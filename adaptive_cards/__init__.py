"""What Teams shows: Adaptive Cards 1.5 as JSON files in Microsoft's templating notation, and what fills them.

Which card is shown when, and with which values, is the business of `bots`.
"""
