"""Rules over what new migration files say and what they were seen doing."""
