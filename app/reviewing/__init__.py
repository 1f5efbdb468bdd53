"""What meetings have reviewed and what is due next: coverage, agendas, and each party's duties."""
