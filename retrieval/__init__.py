"""The item bank's index and the knowledge graph."""
