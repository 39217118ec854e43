import Foundation
public import HubModel

/// The tokens that were kept by name, for switching between accounts.
public struct StoredTokens: Sendable, Hashable {
  /// The tokens by name.
  public private(set) var tokens: [String: Token] = [:]
  /// The name of the one in use, where the file says so (only that of the Rust client does).
  public private(set) var active: String?
  /// What Python's client keeps beside a token, such as `refresh_token`, by the token's name; kept as it is.
  private var others: [String: [Field]] = [:]
  /// Whose form the file has.
  private var isJSON = false

  private struct Field: Sendable, Hashable {
    let key, value: String
  }

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

  // MARK: Changes

  /// Keeps `token` under `name`, in place of the one of that name, and marks it as the one in use.
  ///
  /// - Throws: `invalidArgument` for a name that the file's form cannot hold.
  mutating func keep(_ token: Token, named name: String) throws(HubError) {
    let isFit = !name.isEmpty && name != "DEFAULT" && !name.contains { $0.isNewline || "[]".contains($0) }
    guard isFit, name.trimmingCharacters(in: .whitespaces) == name else {
      throw HubError(
        .invalidArgument(
          name: "token name", value: name, reason: "it is empty, 'DEFAULT', or holds brackets or spaces at its ends"))
    }
    if tokens[name] != token { others[name] = nil }
    (tokens[name], active) = (token, name)
  }

  /// Marks the token `name` as the one in use.
  mutating func use(_ name: String) { active = name }

  /// Forgets the token `name`.
  mutating func forget(_ name: String) {
    (tokens[name], others[name]) = (nil, nil)
    if active == name { active = nil }
  }

  /// The content of the file, in the form that it had: sections in the order of their names.
  var text: String {
    if isJSON { return json }
    return tokens.sorted { $0.key < $1.key }.map { name, token in
      let fields = [Field(key: "hf_token", value: token.secret)] + (others[name] ?? [])
      return "[\(name)]\n" + fields.map { "\($0.key) = \($0.value)\n" }.joined() + "\n"
    }.joined()
  }

  private var json: String {
    let file = File(tokens: tokens.mapValues { File.Entry(token: $0.secret) }, active: active)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Absence: strings always become JSON.
    return (try? encoder.encode(file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  // MARK: The Rust client's form

  private struct File: Codable {
    struct Entry: Codable { var token: String }
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
    (active, isJSON) = (file.active, true)
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
        let value = line[line.index(after: end)...].trimmingCharacters(in: .whitespaces)
        if key == "hf_token" {
          values[section] = value
        } else {
          others[section, default: []].append(Field(key: key, value: value))
        }
      } else {
        throw refuse(index + 1, "is no section and no value")
      }
    }
    for (name, value) in values.sorted(by: { $0.key < $1.key }) where name != "DEFAULT" && !value.isEmpty {
      try add(value, name: name, path: path)
    }
  }
}
