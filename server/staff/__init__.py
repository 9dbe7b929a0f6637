"""Who works here: accounts, sign-in, roles, and who may see which kind of fact. Knows no case and no person."""
