"""Calendars: meetings and due dates as iCalendar feeds, and private addresses for them."""
