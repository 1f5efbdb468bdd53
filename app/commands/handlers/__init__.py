"""What the commands do. A handler is imported when its command runs, with all that it needs."""
