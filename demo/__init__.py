"""One exam played from definition to error book."""
