"""From where somebody came, in short (A3)."""

_SIGNS_OF_KEY = 6
"""Characters of a fingerprint that tell the keys of one person apart."""


def came_from(origin: str) -> str:
    """``origin`` for a column: the address first, as in ``192.0.2.7, key 3Npiyz…``.

    What is not an origin as the Studio writes it stands as it is; empty where there is none.
    """
    how, _, address = origin.partition(" from ")
    kind, _, what = how.partition(" ")
    if kind == "key":
        how = f"key {what.removeprefix('SHA256:')[:_SIGNS_OF_KEY]}…"
    elif kind == "account":
        how = what
    return f"{address}, {how}" if address else how
