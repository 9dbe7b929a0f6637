"""The curated library: reading it, finding in it, showing it, and checking it.

Belongs here: everything that knows the content folder's format. The conversation sees it through `dialogs.ports` only.
"""
