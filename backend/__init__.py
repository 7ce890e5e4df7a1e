"""Models and numbers; everything here runs without a browser."""
