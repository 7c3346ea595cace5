"""Tests of the parts of the app."""
