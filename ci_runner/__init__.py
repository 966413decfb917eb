"""schema-ci reviews the database schema change of a pull request."""

__version__ = "0.1.0"
