"""What a tenant admin uploads: the app package for Teams and Outlook."""
