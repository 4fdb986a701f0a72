"""AppDB: collections and their documents."""
