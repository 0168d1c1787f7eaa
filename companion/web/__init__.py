"""The web page with the chat. Talks to Rasa by HTTP alone; the browser talks to this page alone. No Rasa import."""
