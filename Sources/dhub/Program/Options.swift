import ArgumentParser
import Foundation
import HubCredentials
import HubModel

/// How a command reports.
struct OutputOptions: ParsableArguments, Sendable {
  @Flag(name: .customLong("json"), help: "Print one JSON object, for programs; also for errors.")
  var isJSON = false

  @Flag(name: [.customShort("q"), .customLong("quiet")], help: "Show no progress and no notes.")
  var isQuiet = false

  @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Log requests and decisions to stderr, no secrets.")
  var isVerbose = false
}

/// Which hub, as whom.
struct AccountOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("The hub's URL (HF_ENDPOINT).", valueName: "url"))
  var endpoint: String?

  @Option(
    help: ArgumentHelp(
      "An access token (HF_TOKEN), or '-' to read it from stdin, where no other process can see it.",
      valueName: "token"))
  var token: String?

  /// Which token is sent.
  ///
  /// - Throws: `invalidArgument`, without the token.
  func tokenRequest() throws -> TokenRequest {
    guard let token else { return .automatic }
    return token == "-" ? .token(try Self.tokenFromInput()) : try .string(token)
  }

  /// The token that stdin holds.
  static func tokenFromInput() throws -> Token { try input.get() }

  /// What was read, once: whoever asks again finds stdin at its end.
  private static let input = Result {
    // One byte more than a token may have tells too long ones.
    let bytes = try FileHandle.standardInput.read(upToCount: Token.maximumLength + 1) ?? Data()
    return try Token(String(decoding: bytes, as: UTF8.self))
  }
}

/// Which hub, which cache, as whom.
struct HubOptions: ParsableArguments, Sendable {
  @OptionGroup var account: AccountOptions

  @Flag(help: "Use only what is in the cache, without a connection (HF_HUB_OFFLINE).")
  var offline = false

  @Option(
    name: .customLong("cache-dir"), help: ArgumentHelp("The cache (HF_HUB_CACHE).", valueName: "dir"),
    completion: .directory)
  var cacheDirectory: String?

  /// Which token is sent.
  ///
  /// - Throws: As ``AccountOptions/tokenRequest()``.
  func tokenRequest() throws -> TokenRequest { try account.tokenRequest() }
}
