"""Pictures as plain values, drawn in the page or into a file."""
