"""The staff desk on port 8090: queue, cases, chats taken over, calls, figures. Reads and writes the database only."""
