"""How the verdict trees, the table of rare words and the pooling weights were made."""
