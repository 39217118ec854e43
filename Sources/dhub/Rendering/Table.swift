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
    let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { cells in
      let padded = cells.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return columns[column].alignment == .left ? cell + padding : padding + cell
      }
      let line = padded.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}
