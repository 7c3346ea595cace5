"""The rules of the Studio: standard library only, no database, no screen, no mail, no clock."""
