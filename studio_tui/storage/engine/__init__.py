"""Opening, migrating and copying a database, and its tables."""
