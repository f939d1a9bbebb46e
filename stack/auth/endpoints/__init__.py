"""One module a group of endpoints; each has a `router`."""
