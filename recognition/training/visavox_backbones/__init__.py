"""Networks that operators plug in: their preprocessing wrapped into the graph, and converters of some from packages."""
