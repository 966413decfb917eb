"""Where the code lives: GitHub now, GitLab behind the same protocol."""
