"""The version that entries, the API and the pages name."""

VERSION = "0.1.0"
