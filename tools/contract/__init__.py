"""The contract, openapi.json, held to what was published and to the rules of linters."""
