"""Mail: wording, messages, the connection to the mail server, and its password."""
