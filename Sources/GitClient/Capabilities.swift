/// What a server says that it can do: words, some with a value behind a `=`, some several times.
struct Capabilities: Hashable, Sendable {
  private var values: [String: [String]] = [:]

  /// Reads one capability, `NAME` or `NAME=VALUE`.
  mutating func add(_ word: some StringProtocol) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else { return }
    values[String(name), default: []].append(parts.count == 2 ? String(parts[1]) : "")
  }

  /// Whether the capability is there.
  func contains(_ name: String) -> Bool { values[name] != nil }

  /// The first value of a capability.
  func value(_ name: String) -> String? { values[name]?.first }

  /// Whether one of the words in the value of `name` is `feature`: `fetch=shallow filter`.
  func has(_ feature: String, of name: String) -> Bool {
    values[name]?.contains { $0.split(separator: " ").contains { $0 == feature } } ?? false
  }

  /// The branch that `HEAD` stands for, from `symref=HEAD:refs/heads/main` (gitprotocol-capabilities).
  var headTarget: String? {
    values["symref"]?.lazy.filter { $0.hasPrefix("HEAD:") }.map { String($0.dropFirst("HEAD:".count)) }.first
  }
}
