"""The URLs of databases, as messages show them (N11)."""

import pytest

from studio_tui.storage.engine.database_url import without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann:s3cret@host/db", "postgresql://ann@host/db"),
        ("postgresql://ann:s3%40cr:et@host:5432/db?x=1", "postgresql://ann@host:5432/db?x=1"),
        ("postgresql://ann:s3#cret@host/db", "postgresql://ann@host/db"),
        ("postgresql://ann:s3/cr@et?@host/db", "postgresql://ann@host/db"),
        ("postgresql://host/db?user=ann&password=s3cret", "postgresql://host/db?user=ann"),
        ("postgresql://host/db?PASSWORD=s3cret", "postgresql://host/db"),
        ("mysql://ann:s3cret@host", "mysql://ann@host"),
        ("postgresql://ann@host/db", "postgresql://ann@host/db"),
        ("sqlite:////srv/a:b@c.db", "sqlite:////srv/a:b@c.db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    """N11: even if the password contains characters that no URL allows."""
    assert without_password(url) == shown
