"""Short descriptions of the origin of an action (A3)."""

_SIGNS_OF_KEY = 6
"""Number of characters of a fingerprint that distinguish the keys of one person."""


def short_origin(origin: str) -> str:
    """Return ``origin`` shortened for a column, address first: ``192.0.2.7, key 3Npiyz…``.

    Text that is not an origin in the Studio's own format is returned unchanged. Empty if there is
    no origin.
    """
    how, _, address = origin.partition(" from ")
    kind, _, what = how.partition(" ")
    if kind == "key":
        how = f"key {what.removeprefix('SHA256:')[:_SIGNS_OF_KEY]}…"
    elif kind == "account":
        how = what
    return f"{address}, {how}" if address else how
