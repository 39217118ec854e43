import Foundation
public import HubModel

/// Looks for tokens where the environment says; see the module's essay for the order.
public struct Credentials: Sendable {
  private let environment: HubEnvironment

  /// Credentials of this environment; nothing is read yet.
  public init(_ environment: HubEnvironment) { self.environment = environment }

  /// The token for `request`.
  ///
  /// - Returns: `nil` where no token is to be sent.
  /// - Throws: `tokenRequired` if a token is required and there is none; `configuration` for a variable or file whose
  ///   content is no token, for a file that is a directory, a device or too long; `permission` for one that may not be
  ///   read.
  public func token(_ request: TokenRequest) throws(HubError) -> FoundToken? {
    switch request {
    case .none: return nil
    case .token(let token): return FoundToken(token: token, source: .argument, warnings: [])
    case .automatic: return environment.disablesImplicitToken ? nil : try stored()
    case .required:
      if let found = try stored() { return found }
      throw HubError(.tokenRequired(searched: ["HF_TOKEN"] + files))
    }
  }

  /// The token for `request`, bound to the origin of `endpoint`, which alone may see it.
  ///
  /// - Parameter endpoint: The base URL of a hub.
  /// - Throws: As ``token(_:)``, and `configuration` for an endpoint that is no http or https URL, or holds a password.
  public func boundToken(_ request: TokenRequest, endpoint: String) throws(HubError) -> BoundToken? {
    let origin = try Self.origin(ofEndpoint: endpoint)
    return try token(request)?.token.bound(to: origin)
  }

  /// The origin of a hub's base URL.
  ///
  /// - Throws: `configuration` for what is no http or https URL, and for one with a user or password in it, which would
  ///   be printed wherever the endpoint is; neither message repeats them.
  public static func origin(ofEndpoint endpoint: String) throws(HubError) -> Origin {
    func refuse(_ reason: String) -> HubError { HubError(.configuration(source: "the endpoint", reason: reason)) }
    guard let url = URL(string: endpoint), let origin = Origin(url) else {
      throw refuse("it is not an http or https URL")
    }
    guard url.user() == nil, url.password() == nil else {
      throw refuse("it holds a user or password; set HF_ENDPOINT without them and pass a token instead")
    }
    return origin
  }

  /// The tokens that were kept by name, from the file beside the token in use.
  ///
  /// - Returns: None if there is no such file.
  /// - Throws: As ``token(_:)``.
  public func storedTokens() throws(HubError) -> StoredTokens {
    let path = environment.storedTokensPath
    guard let file = try SecretFile(path: path, limit: 1 << 20) else { return StoredTokens() }
    return try StoredTokens(file.text, path: path)
  }

  private func stored() throws(HubError) -> FoundToken? {
    if let secret = environment.token {
      let token = try Self.token(secret.value, in: "HF_TOKEN")
      return FoundToken(token: token, source: .environment, warnings: [])
    }
    for path in files {
      guard let file = try SecretFile(path: path, limit: 1 << 16) else { continue }
      // As Python does: line breaks anywhere are no part of a token.
      let text = file.text.filter { !$0.isNewline }
      if text.allSatisfy(\.isWhitespace) { continue }
      let token = try Self.token(text, in: path)
      return FoundToken(token: token, source: .file(path), warnings: file.warnings)
    }
    return nil
  }

  /// The files that may hold the token in use; `~/.boincai` is one itself, or a folder with one.
  private var files: [String] {
    let boincai = environment.boincaiPath
    return [environment.tokenPath, SecretFile.isDirectory(boincai) ? boincai + "/token" : boincai]
  }

  private static func token(_ text: String, in source: String) throws(HubError) -> Token {
    do {
      return try Token(text)
    } catch {
      guard case .invalidArgument(_, _, let reason) = error.problem else { throw error }
      throw HubError(.configuration(source: source, reason: "this is no token: \(reason)"), cause: error)
    }
  }
}
