"""OpenID Connect: whom the bearer tokens of a provider speak for."""
