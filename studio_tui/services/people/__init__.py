"""Users, imports, exports, identity and keys."""
