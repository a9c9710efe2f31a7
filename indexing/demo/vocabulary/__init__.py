"""Words of the demo shop. `_*.json` are shared lists; every other file is one department."""
