"""Taggers that others trained: brought in, what their tags mean here, and handed on."""
