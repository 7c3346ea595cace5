"""Words about audiences that screens and commands share (P13)."""

from collections.abc import Mapping

HOLDS: Mapping[bool, str] = {True: "yes", False: "no"}
"""Whether a condition holds."""
JOINED: Mapping[str, str] = {"and": "all of", "or": "some of", "not": "not"}
"""How the parts of an audience are joined."""
