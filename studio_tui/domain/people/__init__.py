"""Users, teams, rights, keys, and what HR systems export."""
