"""What starts schema-ci on a CI platform, written from the one option table."""
