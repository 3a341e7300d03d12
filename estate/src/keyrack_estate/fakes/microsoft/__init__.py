"""Microsoft Graph and Azure Resource Manager as far as an inventory of identities needs them, with state and token checks."""
