import HubModel

/// The fields of a query or of a form (`application/x-www-form-urlencoded`), in order.
struct Query: Sendable {
  private var fields: [(name: String, value: String)] = []

  /// Reads `text`; what cannot be decoded is left out, as are fields that nobody asks for.
  init(_ text: some StringProtocol) {
    for field in Substring(text).utf8.split(separator: UInt8(ascii: "&")) {
      let words = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let decoded = words.map { PercentEncoding.decode(Self.withSpaces(Substring($0))) }
      guard let name = decoded[0], decoded.count == 1 || decoded[1] != nil else { continue }
      fields.append((name, decoded.count == 2 ? decoded[1] ?? "" : ""))
    }
  }

  /// In a form a plus sign is a space.
  private static func withSpaces(_ text: Substring) -> String {
    text.split(separator: "+", omittingEmptySubsequences: false).joined(separator: " ")
  }

  /// The last value of `name`.
  subscript(name: String) -> String? { fields.last { $0.name == name }?.value }

  /// The names that occur.
  var names: Set<String> { Set(fields.map(\.name)) }

  /// Every value of `name`.
  func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// Whether `name` is set to something that Python, old or new, writes for true: `true`, `True`, `1`.
  func isTrue(_ name: String) -> Bool { ["true", "1"].contains(self[name]?.lowercased()) }

  /// The number `name`, between 1 and `most`; `usual` if it is absent or no number.
  func count(_ name: String, usual: Int, most: Int) -> Int {
    max(1, min(most, self[name].flatMap { Int($0) } ?? usual))
  }
}
