"""The command line: `connexions --help` is a tour. Each command imports what it needs when it runs."""
