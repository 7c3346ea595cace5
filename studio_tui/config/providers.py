"""The sending limits of the large mail providers, for ``smtp.provider``.

Sources and dates are in docs/mail.md. Explicit settings take precedence.
"""

from collections.abc import Mapping

PRESETS: Mapping[str, Mapping[str, int]] = {
    "exchange-online": {"connections": 3, "per_minute": 30, "per_day": 10_000},
    "gmail": {"per_day": 2_000},
    "google-relay": {"per_day": 10_000},
}
"""Values of ``[smtp]`` settings by provider."""
