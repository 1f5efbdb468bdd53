"""Every enumeration of the API, as code lists."""
