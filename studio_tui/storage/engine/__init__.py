"""Opening, migrating and copying a database, and the declarations of its tables."""
