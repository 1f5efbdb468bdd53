"""The commands of the program, one file a subject; app.cli gathers them."""
