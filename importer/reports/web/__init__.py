"""The report as a page: one file for a browser, with every question and every session, and pictures of the same figures."""
