"""A snapshot of a project's folder, by the rules of the platform: the same folder is the same digest there."""
