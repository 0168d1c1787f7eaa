"""What runs inside the Rasa server beside understanding: the safety policy, the texts of utterances, the assistant."""
