"""What is said, and to what: finds the subject of a question and composes the reply. No Rasa import."""
