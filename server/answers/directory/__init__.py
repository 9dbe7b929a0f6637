"""The directory of local services: `content/directory/<area>.yaml`."""
