/// The small file that git holds in place of a large one (git-lfs `docs/spec.md`).
///
///     version https://git-lfs.github.com/spec/v1
///     oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
///     size 12345
public struct LFSPointer: Hashable, Sendable {
  /// The SHA-256 of the content: 64 lowercase hexadecimal digits.
  public let oid: String
  /// The content's length in bytes.
  public let size: Int64

  /// The longest file that can be a pointer, in bytes.
  public static let maximumLength = 1024

  /// A pointer to the content with this hash and length.
  ///
  /// - Returns: `nil` unless `oid` is 64 lowercase hexadecimal digits and `size` not negative.
  public init?(oid: some StringProtocol, size: Int64) {
    guard Self.isObjectID(oid), size >= 0 else { return nil }
    (self.oid, self.size) = (String(oid), size)
  }

  /// Reads a pointer as leniently as git-lfs does: any line order after the first, keys beyond those known, either line
  /// end.
  ///
  /// - Returns: `nil` for what is no pointer: more than ``maximumLength`` bytes, another first line, a hash other than
  ///   SHA-256, a key that is missing.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count <= Self.maximumLength, let text = String(validating: bytes, as: UTF8.self) else { return nil }
    guard text.beginsWithBytes("version https://git-lfs.github.com/spec/") else { return nil }
    var values: [Substring: Substring] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      guard let space = line.firstIndex(of: " ") else { continue }
      values[line[..<space]] = line[line.index(after: space)...]
    }
    guard let oid = values["oid"], oid.beginsWithBytes("sha256:"), let size = values["size"].flatMap({ Int64($0) })
    else { return nil }
    self.init(oid: oid.dropFirst("sha256:".count), size: size)
  }

  /// The pointer as a file, exactly as git-lfs writes it.
  public var text: String { "version https://git-lfs.github.com/spec/v1\noid sha256:\(oid)\nsize \(size)\n" }

  /// The identity of the content.
  public var etag: ETag { .sha256(oid) }

  /// Whether `text` is the name of an object: 64 lowercase hexadecimal digits.
  public static func isObjectID(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy(isLowercaseHexDigit)
  }
}
