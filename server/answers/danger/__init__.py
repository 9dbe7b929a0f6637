"""The alarm's second reader: learns from the library's own examples of danger, and may only add to the rules."""
