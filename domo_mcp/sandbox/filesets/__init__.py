"""FileSets: folders of files, and the search for passages in them."""
