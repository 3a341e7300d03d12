"""Who can become whom: edges by which one identity acts as, mints for or rewrites another; reach, paths and cuts. Pure, no I/O."""
