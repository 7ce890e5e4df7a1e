"""How fast the app is, side by side with BertViz; `make bench`."""
