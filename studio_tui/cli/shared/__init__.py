"""Code that all commands share: arguments, output and opening the Studio."""
