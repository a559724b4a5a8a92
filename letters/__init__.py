"""What a letter consists of: kind, parts, typed gaps, rendering."""
