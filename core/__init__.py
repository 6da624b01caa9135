"""Records, settings and the store: the ground floor."""
