"""The zoo: hostile and odd files, built by code, each with the exact outcome expected of it.

`case` says how a row is read; the rows stand in the modules below it, by theme; `build_fit` and `build_xml` put the bytes together.
"""
