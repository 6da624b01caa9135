"""Machine-learning models: catalogue, sessions, clients. Knows no exam."""
