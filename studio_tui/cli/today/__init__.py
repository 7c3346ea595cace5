"""The command of Today."""
