"""The local HTTP service that the page, the terminal and other programs of the same user share."""
