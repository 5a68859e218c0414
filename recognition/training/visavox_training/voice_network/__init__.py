"""What the published voice network learns about bad lines before it is published here, from speech that is nobody's."""
