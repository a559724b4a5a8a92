"""The Teams door: activities in, cards and messages out.

Speaks the Bot Framework's activity protocol itself; nothing outside this room knows Teams.
"""
