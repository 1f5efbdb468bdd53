"""Tables of records: what rows and columns any schema has, and the files that hold them."""
