"""An index as one archive, to be kept, and to be served on another machine."""
