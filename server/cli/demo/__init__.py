"""`connexions demo`: the program with made-up young people and advisers, on a database of its own that nothing else uses."""
