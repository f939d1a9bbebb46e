"""What the API can do and what it costs: rates and latencies over HTTP, beside the same in SQL and over bare tables."""
