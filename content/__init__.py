"""Words and data that a cadre can edit without Python, and the code that reads them."""
