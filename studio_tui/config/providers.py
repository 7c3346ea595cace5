"""What the large providers of mail allow an account to send: ``smtp.provider``.

Sources and dates are in docs/mail.md. What is set beside it wins.
"""

from collections.abc import Mapping

PRESETS: Mapping[str, Mapping[str, int]] = {
    "exchange-online": {"connections": 3, "per_minute": 30, "per_day": 10_000},
    "gmail": {"per_day": 2_000},
    "google-relay": {"per_day": 10_000},
}
"""The settings of ``[smtp]`` that each provider stands for."""
