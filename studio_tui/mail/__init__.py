"""Mail: wording, letters, the connection to the server, and where its password is."""
