"""The Outlook door: the compose API and the writing pane (`outlook/pane`, TypeScript).

Translates HTTP into requests of the path and its events back. Judges and writes nothing itself.
"""
