"""The one path of a text: admit → screen → write → restore → check → answer. No HTTP, no Teams, no Azure."""
