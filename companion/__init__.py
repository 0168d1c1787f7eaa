"""The assistant's own library: curated content, safety, understanding, channels. See docs/ for a map of the rooms."""
