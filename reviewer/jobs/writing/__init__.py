"""Write-back: what would change at each destination, and sending it, one edit at a time."""
