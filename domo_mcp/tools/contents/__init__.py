"""What is in files and pictures of Domo."""
