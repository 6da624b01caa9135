"""What plainly stands against an award: other numbers, opposite directions, denials, exchanged roles."""
