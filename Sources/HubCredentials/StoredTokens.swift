import Foundation
public import HubModel

/// The tokens that were kept by name, for switching between accounts.
public struct StoredTokens: Sendable, Hashable {
  /// The tokens by name.
  public private(set) var tokens: [String: Token] = [:]
  /// The name of the one in use, where the file says so (only that of the Rust client does).
  public private(set) var active: String?

  /// None.
  public init() {}

  /// Reads the content of `stored_tokens`: the INI of Python's client, or the JSON of the Rust client.
  ///
  ///     [name]
  ///     hf_token = hf_xxx
  ///     refresh_token = …
  ///     expires_at = 1767225600
  ///
  ///     {"tokens": {"name": {"token": "hf_xxx"}}, "active": "name"}
  ///
  /// Sections without a token are left out.
  ///
  /// - Throws: `configuration` with the number of the line, never its content.
  public init(_ text: String, path: String) throws(HubError) {
    if text.first(where: { !$0.isWhitespace }) == "{" {
      try read(json: text, path: path)
    } else {
      try read(ini: text, path: path)
    }
  }

  private mutating func add(_ text: String, name: String, path: String) throws(HubError) {
    do {
      tokens[name] = try Token(text)
    } catch {
      throw HubError(.configuration(source: path, reason: "the token called '\(name)' is not valid"), cause: error)
    }
  }

  // MARK: The Rust client's form

  private struct File: Decodable {
    struct Entry: Decodable { var token: String }
    var tokens: [String: Entry]
    var active: String?
  }

  private mutating func read(json text: String, path: String) throws(HubError) {
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: Data(text.utf8))
    } catch {
      // Without the cause, which may quote the content.
      throw HubError(.configuration(source: path, reason: "it begins like JSON, but is not a list of tokens"))
    }
    for (name, entry) in file.tokens.sorted(by: { $0.key < $1.key }) { try add(entry.token, name: name, path: path) }
    active = file.active
  }

  // MARK: Python's form

  /// Reads what `configparser` writes, and what people add: comments on lines of their own, `:` for `=`, keys in any case.
  private mutating func read(ini text: String, path: String) throws(HubError) {
    func refuse(_ number: Int, _ reason: String) -> HubError {
      HubError(.configuration(source: path, reason: "line \(number) \(reason)"))
    }
    var values: [String: String] = [:]
    var section: String?
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = raw.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if raw.first?.isWhitespace == true { continue }  // A value's further line: no token has one.
      if line.hasPrefix("["), line.hasSuffix("]") {
        section = String(line.dropFirst().dropLast())
      } else if let end = line.firstIndex(where: { $0 == "=" || $0 == ":" }) {
        guard let section else { throw refuse(index + 1, "is not in a section") }
        let key = line[..<end].trimmingCharacters(in: .whitespaces).lowercased()
        guard key == "hf_token" else { continue }
        values[section] = line[line.index(after: end)...].trimmingCharacters(in: .whitespaces)
      } else {
        throw refuse(index + 1, "is no section and no value")
      }
    }
    for (name, value) in values.sorted(by: { $0.key < $1.key }) where name != "DEFAULT" && !value.isEmpty {
      try add(value, name: name, path: path)
    }
  }
}
