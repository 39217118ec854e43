/// The identity of a file's content, as a hub names it in its ETag.
///
/// A hub uses git's blob hash for files that git holds and SHA-256 for files that git LFS holds. Both can be computed
/// from the bytes, so every download can be checked, and either is the name of the blob in the cache. A tag of any
/// other form is not a content hash and is refused: nothing that cannot be verified gets a name in the cache.
public enum ETag: Hashable, Sendable, CustomStringConvertible {
  /// `sha1("blob LENGTH\0" + bytes)`, 40 hexadecimal digits.
  case gitBlob(String)
  /// `sha256(bytes)`, 64 hexadecimal digits: a file in LFS.
  case sha256(String)

  /// Reads the value of an `ETag` or `X-Linked-ETag` header: an optional `W/`, then the hash in optional quotes.
  ///
  /// - Returns: `nil` unless the rest is exactly 40 or 64 lowercase hexadecimal digits.
  public init?(header: some StringProtocol) {
    var text = header[...]
    if text.hasPrefix("W/") { text = text.dropFirst(2) }
    if text.hasPrefix("\"") { text = text.dropFirst() }
    if text.hasSuffix("\"") { text = text.dropLast() }
    self.init(hex: text)
  }

  /// Takes 40 or 64 lowercase hexadecimal digits, the name of a blob in the cache.
  public init?(hex: some StringProtocol) {
    guard hex.utf8.allSatisfy(isLowercaseHexDigit) else { return nil }
    switch hex.utf8.count {
    case 40: self = .gitBlob(String(hex))
    case 64: self = .sha256(String(hex))
    default: return nil
    }
  }

  /// The digits alone, which are also the name of the blob in the cache.
  public var hex: String {
    switch self {
    case .gitBlob(let hex), .sha256(let hex): hex
    }
  }

  /// The name of the hash and its digits, for messages.
  public var description: String {
    switch self {
    case .gitBlob(let hex): "git-sha1 \(hex)"
    case .sha256(let hex): "sha256 \(hex)"
    }
  }
}
