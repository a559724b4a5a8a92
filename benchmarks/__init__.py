"""Measurements. Each module prints what it measured and how; none of them runs inside the tests."""
