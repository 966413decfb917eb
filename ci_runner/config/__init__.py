"""Configuration: one option table, one file, one frozen value that knows where it came from."""
