"""What the development of Clear Sky needs beside its tests; nothing of it is served."""
