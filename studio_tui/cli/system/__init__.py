"""Commands of the program itself: database, doctor, demo, screens."""
