"""What all commands use: arguments, output, sessions."""
