"""The commands of the program as they are typed, one file a subject; app.cli gathers them.

What a command does is in handlers/, and is imported when it runs.
"""
