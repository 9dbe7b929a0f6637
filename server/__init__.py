"""Everything that remembers: the app, the database, the slices, the pages, the worker, the command line."""
