import Foundation
public import HubModel

/// Keeps tokens where Python's tools find them: what `login`, `logout` and `switch` do to the disk.
///
///     HF_HOME/stored_tokens    every token by name                  mode 600, in a folder of mode 700
///     HF_HOME/token            the one in use, without a line end   mode 600
///     ~/.boincai               the same, where a tool of that name has been used: the file, or `token` in the folder
///
/// A change reads the files first and keeps what it does not know; two that run at once wait for each other.
public struct TokenStore: Sendable {
  private let environment: HubEnvironment

  /// The store of this environment; nothing is read yet.
  public init(_ environment: HubEnvironment) { self.environment = environment }

  /// The tokens by name.
  ///
  /// - Throws: As ``Credentials/storedTokens()``.
  public func tokens() throws(HubError) -> StoredTokens { try Credentials(environment).storedTokens() }

  /// The name of the kept token that is in use by its file, or `nil` if none is.
  public func nameInUse() throws(HubError) -> String? {
    guard let inUse = try tokenInUse() else { return nil }
    let stored = try tokens()
    if let active = stored.active, stored.tokens[active] == inUse { return active }
    return stored.tokens.filter { $0.value == inUse }.keys.min()
  }

  /// Keeps `token` under `name` and takes it into use.
  ///
  /// - Throws: `invalidArgument` for a name that cannot be kept; what reading and writing the files throws. A failure
  ///   leaves the token in use as it was.
  public func keep(_ token: Token, named name: String) throws(HubError) {
    try change { stored throws(HubError) in
      try stored.keep(token, named: name)
      return token
    }
  }

  /// Takes the kept token `name` into use.
  ///
  /// - Throws: `invalidArgument` if there is none of that name.
  public func use(_ name: String) throws(HubError) {
    try change { stored throws(HubError) in
      guard let token = stored.tokens[name] else { throw Self.unknown(name, stored) }
      stored.use(name)
      return token
    }
  }

  /// Forgets the kept token `name`; if it is in use, no token is afterwards.
  ///
  /// - Returns: Whether it was in use.
  /// - Throws: `invalidArgument` if there is none of that name.
  @discardableResult public func forget(_ name: String) throws(HubError) -> Bool {
    try SecretFile.locked(lockPath) { () throws(HubError) in
      var stored = try tokens()
      guard let token = stored.tokens[name] else { throw Self.unknown(name, stored) }
      let isInUse = try tokenInUse() == token
      stored.forget(name)
      try SecretFile.write(stored.text, to: environment.storedTokensPath)
      if isInUse { _ = try removeTokenFiles() }
      return isInUse
    }
  }

  /// Forgets every token.
  ///
  /// - Returns: Whether there was any.
  @discardableResult public func forgetAll() throws(HubError) -> Bool {
    try SecretFile.locked(lockPath) { () throws(HubError) in
      let hadStored = try SecretFile.remove(environment.storedTokensPath)
      return try removeTokenFiles() || hadStored
    }
  }

  private func change(_ change: (inout StoredTokens) throws(HubError) -> Token) throws(HubError) {
    try SecretFile.locked(lockPath) { () throws(HubError) in
      var stored = try tokens()
      let token = try change(&stored)
      try SecretFile.write(stored.text, to: environment.storedTokensPath)
      for path in tokenFiles { try SecretFile.write(token.secret, to: path) }
    }
  }

  private func tokenInUse() throws(HubError) -> Token? {
    guard let file = try SecretFile(path: environment.tokenPath, limit: 1 << 16) else { return nil }
    return try? Token(file.text)  // absence: what is no token is none of ours
  }

  private func removeTokenFiles() throws(HubError) -> Bool {
    var wasThere = false
    for path in tokenFiles where try SecretFile.remove(path) { wasThere = true }
    return wasThere
  }

  /// The file of Python's tools, and that of `boincai-cli` where there is one.
  private var tokenFiles: [String] {
    let boincai = environment.boincaiPath
    if SecretFile.isDirectory(boincai) { return [environment.tokenPath, boincai + "/token"] }
    return FileManager.default.fileExists(atPath: boincai) ? [environment.tokenPath, boincai] : [environment.tokenPath]
  }

  private var lockPath: String { environment.storedTokensPath + ".lock" }

  private static func unknown(_ name: String, _ stored: StoredTokens) -> HubError {
    let names = stored.tokens.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
    return HubError(
      .invalidArgument(
        name: "token name", value: name,
        reason: names.isEmpty ? "no token is kept; log in first" : "the tokens kept are \(names)"))
  }
}
