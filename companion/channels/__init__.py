"""How messages come in and go out. Every channel goes through the same gate."""
