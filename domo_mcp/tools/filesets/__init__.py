"""FileSets and the documents in them."""
