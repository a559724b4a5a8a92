"""Starting and trying the product on a developer's machine. Nothing here runs in Azure."""
