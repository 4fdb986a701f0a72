"""Files that people upload: what is known of them, their bytes, and uploads in parts."""
