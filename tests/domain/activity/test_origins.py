"""The short form of an origin (A3)."""

import pytest

from studio_tui.domain.activity.origins import short_origin


@pytest.mark.parametrize(
    ("origin", "short"),
    [
        ("", ""),
        ("account els on hr-host", "els on hr-host"),
        ("account els on hr-host from 192.0.2.7", "192.0.2.7, els on hr-host"),
        ("key SHA256:3NpiyzPOfm/g2 from 2001:db8::7", "2001:db8::7, key 3Npiyz…"),
        ("key SHA256:3NpiyzPOfm/g2", "key 3Npiyz…"),
        ("something else", "something else"),
    ],
)
def test_the_short_form_of_an_origin(origin: str, short: str) -> None:
    assert short_origin(origin) == short
