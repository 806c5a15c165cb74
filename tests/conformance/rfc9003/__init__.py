"""RFC 9003: shutdown communication."""
