"""The living index: what changed since a build, beside its snapshot, in the same shapes."""
