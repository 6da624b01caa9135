"""Paper to responses: cards, intake, registration, identity, reading."""
