"""What takes longer than a request: one module a kind of job."""
