"""What proves and measures the project, and is not the product: it works in a checkout and is not in the wheel."""
