"""How a mail leaves: SMTP, a folder, and what came of it."""
