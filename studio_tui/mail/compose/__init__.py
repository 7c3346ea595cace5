"""What a mail says: wording, dates, MIME."""
