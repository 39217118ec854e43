extension JSONValue {
  /// How the text of a value is laid out.
  public enum Layout: Sendable, Hashable {
    /// A line for every element, indented by two spaces a level: `json.dumps(value, indent=2)`.
    case indented
    /// A line for every element, indented by one space a level: `json.dumps(value, indent=1)`.
    case narrow
    /// One line with a space after commas and colons: `json.dumps(value)`.
    case line
    /// One line without spaces: `json.dumps(value, separators=(",", ":"))`.
    case compact
  }

  /// The text that Python's `json.dumps` writes for this value, byte for byte; ASCII, without a final newline.
  ///
  /// Characters beyond ASCII are escaped, floats have the fewest digits that read back as the same float in the form of
  /// Python's `repr` (`1.0`, `1e-05`, `NaN`), keys are sorted by code point.
  ///
  /// - Parameter sortedKeys: Whether members are sorted by key (`sort_keys=True`) or keep their order.
  public func text(_ layout: Layout = .indented, sortedKeys: Bool = true) -> String {
    var writer = JSONWriter(layout: layout, sortedKeys: sortedKeys)
    writer.write(self, level: 0)
    return writer.text
  }
}

/// A writer of one value.
private struct JSONWriter {
  let layout: JSONValue.Layout
  let sortedKeys: Bool
  var text = ""

  mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .bigInteger(let digits): text += digits
    case .double(let value): text += pythonRepresentation(of: value)
    case .string(let value): text += JSONValue.quoted(value)
    case .array(let values):
      list("[", values, "]", level) { $0.write($1, level: level + 1) }
    case .object(let object):
      list("{", sortedKeys ? object.sortedByKey : Array(object), "}", level) { writer, member in
        writer.text += JSONValue.quoted(member.key)
        writer.text += writer.layout == .compact ? ":" : ": "
        writer.write(member.value, level: level + 1)
      }
    }
  }

  /// Elements between brackets; none at all leaves nothing between them.
  private mutating func list<Element>(
    _ open: String, _ elements: [Element], _ close: String, _ level: Int,
    write element: (inout JSONWriter, Element) -> Void
  ) {
    text += open
    for (index, value) in elements.enumerated() {
      if index > 0 { text += layout == .line ? ", " : "," }
      breakLine(level + 1)
      element(&self, value)
    }
    if !elements.isEmpty { breakLine(level) }
    text += close
  }

  private mutating func breakLine(_ level: Int) {
    switch layout {
    case .indented: text += "\n" + String(repeating: "  ", count: level)
    case .narrow: text += "\n" + String(repeating: " ", count: level)
    case .line, .compact: break
    }
  }
}
