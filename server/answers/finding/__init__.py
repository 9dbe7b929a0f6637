"""Which answer a message asks for, and in which language it is. Learning, reading and measuring; no file names, no network."""
