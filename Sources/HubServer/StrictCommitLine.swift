import HubModel

/// A line of a commit in which nothing is overlooked: a field that is not known may be a change that is not made.
struct StrictCommitLine: Decodable {
  struct Flaw: Error { let reason: String }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private static let fields: [String: Set<String>] = [
    "header": ["summary", "description", "parentCommit"], "file": ["content", "path", "encoding"],
    "lfsFile": ["path", "algo", "oid", "size"], "deletedFile": ["path"], "deletedFolder": ["path"],
    "copyFile": ["path", "srcPath", "srcRevision"],
  ]

  let line: CommitLine

  init(from decoder: any Decoder) throws {
    let outer = try decoder.container(keyedBy: Key.self)
    let key = try outer.decode(String.self, forKey: Key(stringValue: "key"))
    guard let known = Self.fields[key] else {
      throw Flaw(reason: "its key '\(printable(key, limit: 40))' is not known here")
    }
    let inner = try outer.nestedContainer(keyedBy: Key.self, forKey: Key(stringValue: "value"))
    let names =
      outer.allKeys.map(\.stringValue).filter { !["key", "value"].contains($0) }
      + inner.allKeys.map(\.stringValue).filter { !known.contains($0) }
    if let name = names.first { throw Flaw(reason: "its field '\(printable(name, limit: 40))' is not known here") }
    line = try CommitLine(from: decoder)
  }
}
