"""Sites that corrections are sent to: one small client each, and what each of them allows."""
