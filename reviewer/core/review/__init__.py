"""The review as it is asked: sessions, feeds, pages, steps, and what is asked among them."""
