// The essay on this module's model goes here, with its first code.
