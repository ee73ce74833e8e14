"""Door: everything that Kaders asks of, or hands to, a web server goes through here."""
