"""Door: hands finished texts to mail servers, webhooks and folders."""
