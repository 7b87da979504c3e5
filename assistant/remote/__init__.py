"""What a running app and the command line have to agree on: where the app is, and how answers travel between them."""
