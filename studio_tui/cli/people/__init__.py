"""The commands of users and teams."""
