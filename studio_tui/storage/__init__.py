"""The database: tables, engines, migrations, queries. The only package that imports Peewee.

Queries return the frozen values of the domain; no layer above sees a table. They run inside
`Store.reading` or `Store.writing`, which services open: one unit of work, one transaction.
"""

from studio_tui.storage.engine.peewee_internals import hide_drivers

hide_drivers()
