"""The tests of schema-ci: real databases, no mocks of our own functions."""
