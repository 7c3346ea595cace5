"""Databases on the PostgreSQL server of the tests."""

from urllib.parse import urlsplit, urlunsplit

import psycopg


def create_database(server: str, name: str, made_like: str = "") -> None:
    """Make a database; ``made_like`` is more of the statement, as ``TEMPLATE other``."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {made_like}".encode())


def drop_database(server: str, name: str) -> None:
    """Remove a database, and whoever is connected to it."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def url_of(server: str, name: str) -> str:
    """The URL of a database on ``server``."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
