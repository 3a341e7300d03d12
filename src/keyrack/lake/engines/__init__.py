"""Engines that run the one SQL: DuckDB in process; Spark when a lake outgrows one machine."""
