"""Reading, grouping and searching large lists."""
