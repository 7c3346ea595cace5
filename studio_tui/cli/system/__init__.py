"""The commands of the program itself: database, doctor, demo and screens."""
