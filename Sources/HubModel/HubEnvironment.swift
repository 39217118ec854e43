/// The settings that users of `huggingface_hub` make in environment variables, read once from a dictionary.
///
/// The names and meanings are those of `huggingface_hub` 2.4. Booleans are true for `1`, `ON`, `YES` and `TRUE` in any
/// case; paths know `~` and `$VARIABLE`. The process's environment and the home directory are arguments, so that a test
/// is a row.
public struct HubEnvironment: Hashable, Sendable {
  /// The public hub, where no endpoint is set.
  public static let publicEndpoint = "https://huggingface.co"

  /// The hub's base URL, without a slash at the end (`HF_ENDPOINT`).
  public var endpoint: String
  /// The folder of tokens and caches (`HF_HOME`, `XDG_CACHE_HOME/huggingface`, `~/.cache/huggingface`).
  public var home: String
  /// The cache of repositories (`HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, `HF_HOME/hub`).
  public var cache: String
  /// The file with the token in use (`HF_TOKEN_PATH`, `HF_HOME/token`).
  public var tokenPath: String
  /// The token itself, if the environment holds it (`HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN`).
  public var token: Secret?
  /// The variable that switches the network off, if one does (`HF_HUB_OFFLINE`, `TRANSFORMERS_OFFLINE`).
  public var offlineVariable: String?
  /// Whether a stored token is sent only when asked for (`HF_HUB_DISABLE_IMPLICIT_TOKEN`).
  public var disablesImplicitToken: Bool
  /// Whether the cache holds copies in place of links (`HF_HUB_DISABLE_SYMLINKS`).
  public var disablesSymlinks: Bool
  /// Whether progress bars are off (`true`), on (`false`), or for the program to decide (`HF_HUB_DISABLE_PROGRESS_BARS`).
  public var disablesProgressBars: Bool?
  /// Seconds to wait for the metadata of a file (`HF_HUB_ETAG_TIMEOUT`).
  public var metadataTimeout: Double
  /// Seconds to wait for the next byte of a file (`HF_HUB_DOWNLOAD_TIMEOUT`).
  public var downloadTimeout: Double
  /// Where `boincai-cli login` leaves its token.
  public var boincaiPath: String

  /// A value that must not be printed.
  public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The value.
    public let value: String
    /// Never the value.
    public var description: String { "(secret)" }
    /// Nothing to see for a debugger's dump either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
  }

  /// Reads `variables`.
  ///
  /// - Parameters:
  ///   - variables: The environment of the process.
  ///   - userHome: The user's home directory, which `~` stands for.
  public init(_ variables: [String: String], userHome: String) {
    func path(_ name: String) -> String? {
      variables[name].flatMap { $0.isEmpty ? nil : Self.expand($0, variables, userHome) }
    }
    func flag(_ name: String) -> Bool { variables[name].map(Self.isTrue) ?? false }
    func seconds(_ name: String) -> Double {
      variables[name].flatMap(Double.init).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } ?? 10
    }
    let home = path("HF_HOME") ?? (path("XDG_CACHE_HOME") ?? userHome + "/.cache") + "/huggingface"
    self.home = home
    endpoint = Self.withoutTrailingSlashes(
      variables["HF_ENDPOINT"].flatMap { $0.isEmpty ? nil : $0 } ?? Self.publicEndpoint)
    cache = path("HF_HUB_CACHE") ?? path("HUGGINGFACE_HUB_CACHE") ?? home + "/hub"
    tokenPath = path("HF_TOKEN_PATH") ?? home + "/token"
    token = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].lazy.compactMap { Self.cleaned(variables[$0]) }.first
    offlineVariable = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].first(where: flag)
    disablesImplicitToken = flag("HF_HUB_DISABLE_IMPLICIT_TOKEN")
    disablesSymlinks = flag("HF_HUB_DISABLE_SYMLINKS")
    disablesProgressBars = variables["HF_HUB_DISABLE_PROGRESS_BARS"].map(Self.isTrue)
    metadataTimeout = seconds("HF_HUB_ETAG_TIMEOUT")
    downloadTimeout = seconds("HF_HUB_DOWNLOAD_TIMEOUT")
    boincaiPath = userHome + "/.boincai"
  }

  /// Where the named tokens are kept: beside the token in use.
  public var storedTokensPath: String {
    let components = tokenPath.pathComponents.dropLast()
    return components.joined(separator: "/") + "/stored_tokens"
  }

  private static func isTrue(_ text: String) -> Bool { ["1", "ON", "YES", "TRUE"].contains(text.uppercased()) }

  private static func cleaned(_ token: String?) -> Secret? {
    let text = (token ?? "").unicodeScalars.filter { $0 != "\r" && $0 != "\n" }
    let trimmed = text.drop(while: \.properties.isWhitespace).reversed().drop(while: \.properties.isWhitespace)
      .reversed()
    var value = String.UnicodeScalarView()
    value.append(contentsOf: trimmed)
    return value.isEmpty ? nil : Secret(value: String(value))
  }

  private static func withoutTrailingSlashes(_ text: String) -> String {
    var bytes = text.utf8[...]
    while bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    return String(bytes) ?? text
  }

  /// `path` with a leading `~` and every `$NAME` or `${NAME}` replaced; an unknown variable stays as it is, as in
  /// Python's `os.path.expandvars`.
  static func expand(_ path: String, _ variables: [String: String], _ userHome: String) -> String {
    var rest = Array(path.unicodeScalars)[...]
    var result = ""
    if rest.first == "~", rest.count == 1 || rest.dropFirst().first == "/" {
      result = userHome
      rest = rest.dropFirst()
    }
    while let scalar = rest.popFirst() {
      guard scalar == "$" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let isBraced = rest.first == "{"
      let name = (isBraced ? rest.dropFirst() : rest).prefix {
        $0.properties.isAlphabetic || $0 == "_" || $0.properties.numericType != nil
      }
      let length = name.count + (isBraced ? 2 : 0)
      var text = String.UnicodeScalarView()
      text.append(contentsOf: name)
      let isClosed = !isBraced || rest.dropFirst(name.count + 1).first == "}"
      guard isClosed, let value = variables[String(text)] else {
        result += "$"
        continue
      }
      result += value
      rest = rest.dropFirst(length)
    }
    return result
  }
}
