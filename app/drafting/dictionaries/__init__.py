"""What rules look up: cities, countries, levels, titles, surnames and the names of ministries."""
