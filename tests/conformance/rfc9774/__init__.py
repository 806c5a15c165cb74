"""RFC 9774: AS_SET and AS_CONFED_SET are out of use."""
