"""HTTP: one file a group of endpoints; each only reads the request and writes the answer."""
