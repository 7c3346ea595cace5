"""Mail: wording, messages, the connection to the server, and where its password is."""
