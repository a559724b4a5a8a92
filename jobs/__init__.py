"""Work that outlives its request. Keeps nothing readable at rest."""
