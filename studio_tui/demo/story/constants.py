"""Constants that all parts of the demo share."""

from datetime import datetime
from zoneinfo import ZoneInfo

ZONE = "Europe/Brussels"
"""Time zone of the organisation and of most of its people."""
DEMO_NOW = datetime(2026, 3, 16, 9, tzinfo=ZoneInfo(ZONE))
"""The present of the demo: a Monday morning."""
ADMIN = "demo"
"""Login of the admin as whom the demo opens."""
