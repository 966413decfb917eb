"""The one report of a run, and one renderer per format."""
