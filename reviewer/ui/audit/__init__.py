"""The audit page: how good are these tags?"""
