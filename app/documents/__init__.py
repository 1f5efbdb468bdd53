"""Documents, and the citations by which every record says where it is from."""
