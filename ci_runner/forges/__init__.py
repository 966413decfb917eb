"""Where the code lives: GitHub and GitLab, behind one protocol."""
