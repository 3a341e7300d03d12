"""Ninety days of CloudTrail for the estate's account, and the truth about who used what: independent of Keyrack's engines."""
