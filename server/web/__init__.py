"""What every page shares: templates, static files, headers, display settings. Knows no slice and no database."""
