"""What a run does, as steps over values; reads as the story of a pull request."""
