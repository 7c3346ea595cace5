"""Templates, the question library, drafts and text files."""
