import HubModel

/// Rows of text under headings, in columns that fit.
struct Table: Sendable {
  /// Where the text of a column is.
  enum Alignment: Sendable { case left, right }

  private let columns: [(heading: String, alignment: Alignment)]
  private var rows: [[String]] = []

  /// A table without rows.
  init(_ columns: [(heading: String, alignment: Alignment)]) { self.columns = columns }

  /// Adds a row, a cell for each column; control characters in it are escaped.
  mutating func add(_ cells: [String]) { rows.append(cells.map { printable($0) }) }

  /// Whether there is no row.
  var isEmpty: Bool { rows.isEmpty }

  /// The lines, headings first.
  var text: String {
    let lines = [columns.map(\.heading)] + rows
    let lengths = lines.map { $0.map(Self.width) }
    let widths = columns.indices.map { column in lengths.map { $0[column] }.max() ?? 0 }
    return zip(lines, lengths).map { cells, lengths in
      let padded = columns.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - lengths[column])
        return columns[column].alignment == .left ? cells[column] + padding : padding + cells[column]
      }
      var line = padded.joined(separator: "  ")[...].utf8
      while line.last == UInt8(ascii: " ") { line.removeLast() }
      return String(Substring(line))
    }.joined(separator: "\n")
  }

  /// How many characters a terminal shows; those of ASCII need no look at what belongs together.
  private static func width(_ text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.count
  }
}
