"""What a value, a code, a stage or a term is, and where it comes from."""
