"""Tables of any schema: columns, cells, and a reader and a writer for each format."""
