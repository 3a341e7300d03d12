"""Who can become whom: edges by which one identity acts as or rewrites another; reach, paths and cuts. Pure, no I/O."""
