"""What an operation is, and how one runs."""
