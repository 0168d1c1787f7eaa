"""Custom actions: thin, one concept a file. The words are in content/, the thinking in companion/."""
