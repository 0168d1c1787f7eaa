"""How fast and how large the assistant is, beside the project that `rasa init` makes. `make bench`."""
