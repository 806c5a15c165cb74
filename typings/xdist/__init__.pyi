# What the way of dealing the tests to workers uses of pytest-xdist 3, and nothing more.
