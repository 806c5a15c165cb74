"""Sessions and routes against the BGP daemons of others."""
