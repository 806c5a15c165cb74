"""The programs that READMEs and examples show, run."""
