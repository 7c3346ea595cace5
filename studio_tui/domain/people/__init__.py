"""Users, teams, permissions, SSH keys, and the import of HR files."""
