"""One module for each subject of talk. Each turns a `Talk` into a `Turn` and knows nothing of how it was reached."""
