"""Migration directories as values, and what running them did."""
