"""What the pages of a PDF say: their layout, the header of a paper in it, its text. Used only inside the jail."""
