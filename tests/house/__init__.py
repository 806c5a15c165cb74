"""The house's own rules: sizes, faces, names, the mirror of tests to sources, what the READMEs claim."""
