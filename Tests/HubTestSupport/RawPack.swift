import Crypto
public import HubModel

/// A pack of git as no git would make it, object by object (gitformat-pack(5)).
///
/// What is in it is not checked: trees with any names, differences of any size, content that inflates to any length.
public struct RawPack: Sendable {
  /// The type of an object, as a pack has it.
  public enum Kind: UInt8, Sendable {
    case commit = 1
    case tree, blob, tag

    var name: String {
      switch self {
      case .commit: "commit"
      case .tree: "tree"
      case .blob: "blob"
      case .tag: "tag"
      }
    }
  }

  /// One entry of a tree.
  public struct Entry: Sendable {
    /// The mode as digits, the name of the object.
    public let mode: String, id: String
    /// The bytes of the name.
    public let name: [UInt8]

    /// An entry; nothing of it is checked.
    public init(_ mode: String, _ name: String, _ id: String) { self.init(mode, Array(name.utf8), id) }

    /// An entry whose name is no text.
    public init(_ mode: String, _ name: [UInt8], _ id: String) { (self.mode, self.name, self.id) = (mode, name, id) }
  }

  private var body: [UInt8] = []
  private var count: UInt32 = 0

  /// A pack without objects.
  public init() {}

  /// Where the next object will begin.
  public var offset: Int { 12 + body.count }

  /// Adds an object, and answers its name.
  @discardableResult
  public mutating func add(_ kind: Kind, _ content: [UInt8]) -> String {
    begin(kind.rawValue, content.count)
    body += Self.stored(content)
    return Self.name(kind, content)
  }

  /// Adds a tree with these entries, in their order.
  @discardableResult
  public mutating func add(tree entries: [Entry]) -> String {
    add(.tree, entries.flatMap { Array("\($0.mode) ".utf8) + $0.name + [0] + Self.bytes(of: $0.id) })
  }

  /// Adds a commit.
  @discardableResult
  public mutating func add(commit tree: String, parents: [CommitID] = []) -> String {
    let lines =
      ["tree \(tree)"] + parents.map { "parent \($0)" } + ["author A <a@b> 1 +0000", "committer A <a@b> 1 +0000"]
    return add(.commit, Array((lines.joined(separator: "\n") + "\n\nm\n").utf8))
  }

  /// Adds a blob of zeros, which takes a byte for some 160 of them, and answers how many they are: at least `count`.
  @discardableResult
  public mutating func add(zeros count: Int) -> Int {
    let repeats = max(2, (count + 2063) / 2064)
    let length = 1 + 2064 * repeats
    begin(Kind.blob.rawValue, length)
    body += Self.zeros(repeats: repeats)
    return length
  }

  /// Adds an object that is made of pieces of the one at `base`, each an offset and a length of less than 16 MiB.
  public mutating func add(copies: [(offset: Int, count: Int)], ofObjectAt base: Int, length: Int) {
    var delta = Self.number(length) + Self.number(copies.reduce(0) { $0 + $1.count })
    for (offset, count) in copies {
      delta +=
        [0xFF] + (0..<4).map { UInt8(offset >> (8 * $0) & 0xFF) } + (0..<3).map { UInt8(count >> (8 * $0) & 0xFF) }
    }
    var distance = offset - base
    begin(6, delta.count)
    var digits = [UInt8(distance & 0x7F)]
    distance >>= 7
    while distance > 0 {
      distance -= 1
      digits.insert(UInt8(distance & 0x7F) | 0x80, at: 0)
      distance >>= 7
    }
    body += digits + Self.stored(delta)
  }

  /// The pack, with its sum.
  public var bytes: [UInt8] {
    let all = Array("PACK".utf8) + [0, 0, 0, 2] + Self.bigEndian(count) + body
    return all + Insecure.SHA1.hash(data: all)
  }

  /// The request of a push that makes `reference` of the pack's commit.
  public func push(_ commit: String, to reference: String) -> [UInt8] {
    let line = "\(String(repeating: "0", count: 40)) \(commit) \(reference)\0report-status side-band-64k\n"
    let digits = String(line.utf8.count + 4, radix: 16)
    return Array((String(repeating: "0", count: 4 - digits.count) + digits + line + "0000").utf8) + bytes
  }

  /// The name of an object.
  public static func name(_ kind: Kind, _ content: [UInt8]) -> String {
    let digest = Insecure.SHA1.hash(data: Array("\(kind.name) \(content.count)\0".utf8) + content)
    return digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  private mutating func begin(_ type: UInt8, _ length: Int) {
    count += 1
    var (rest, byte) = (length >> 4, type << 4 | UInt8(length & 15))
    while rest > 0 {
      body.append(byte | 0x80)
      (byte, rest) = (UInt8(rest & 0x7F), rest >> 7)
    }
    body.append(byte)
  }

  /// A length as differences have it: seven bits at a time, the lowest first.
  private static func number(_ value: Int) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    repeat {
      bytes.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }

  /// `bytes` in the format of zlib, as they are (RFC 1950, RFC 1951, section 3.2.4).
  private static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var (result, start): ([UInt8], Int) = ([0x78, 0x01], 0)
    repeat {
      let piece = bytes[start..<min(start + 65535, bytes.count)]
      start = piece.endIndex
      let length = UInt16(piece.count)
      result += [
        start == bytes.count ? 1 : 0, UInt8(length & 0xFF), UInt8(length >> 8), UInt8(~length & 0xFF),
        UInt8(~length >> 8),
      ]
      result += piece
    } while start < bytes.count
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes { (a, b) = ((a + UInt32(byte)) % 65521, (b + a + UInt32(byte)) % 65521) }
    return result + bigEndian(b << 16 | a)
  }

  /// A zero and 8 matches of 258 zeros so many times, in the format of zlib with the fixed codes (RFC 1951, section
  /// 3.2.6): eight matches are 13 bytes.
  private static func zeros(repeats: Int) -> [UInt8] {
    let match: [UInt8] = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    var bits: [UInt8] = [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]
    for _ in 0..<16 { bits += match }
    bits += [UInt8](repeating: 0, count: 7)
    var packed = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
    for (index, bit) in bits.enumerated() { packed[index / 8] |= bit << (index % 8) }
    let period = packed[2..<15]
    var result: [UInt8] = [0x78, 0x01] + packed[..<15]
    result.reserveCapacity(13 * repeats + 32)
    for _ in 2..<max(2, repeats) { result += period }
    result += packed[15...]
    return result + bigEndian(UInt32((1 + 2064 * repeats) % 65521) << 16 | 1)
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) } }

  private static func bytes(of hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
