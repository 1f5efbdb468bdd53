"""What the name of a key may be, and how long the key before it works beside it."""

# Letters, digits, dots, hyphens, underscores and @.
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._@-]*$"
LONGEST_NAME = 64
# For how many hours a key that is rotated works beside the new one, unless it is said.
OVERLAP = 24
