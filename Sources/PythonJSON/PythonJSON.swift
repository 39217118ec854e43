// # PythonJSON: the JSON that Python reads and writes
//
// Every file and answer this package meets is written by Python or read by it, and Python's JSON is not RFC 8259's: it
// has `NaN` and `Infinity`, it tells `1` from `1.0`, its integers have no bounds, and it keeps the order of keys. A
// decoder that maps JSON to Swift's types loses all four, and an encoder that knows `1.0` only as `1` cannot write a file
// that compares equal to Python's. So this module has its own value, reader and writer, and nothing else:
//
//     bytes ── JSONValue(parsing:limits:) ──▶ JSONValue ── text(_:) ──▶ String
//
// - ``JSONValue`` keeps what the text said: integers and floats apart, large integers as their digits, keys in order.
// - The reader takes what exists in the wild (a byte-order mark, `NaN`, duplicate keys: the last one wins, as in Python)
//   and refuses what cannot be meant: text after the value, bytes that are not UTF-8, half a surrogate pair, a NUL. It is
//   given bytes by strangers, so it has limits on size, depth and count, and an error always says where it stopped
//   and what it expected there (``JSONError``).
// - The writer's text is `json.dumps`'s, byte for byte: its indentation, its escapes, its order of keys, and the text of
//   its floats.
//
// The module is pure and imports nothing. What a value means, and that a step count of `NaN` means nothing, is the
// affair of those who asked for it.
