"""The company's git repositories, with history."""
