import Crypto
import Foundation
public import HubModel

/// A content's hash, computed piece by piece, in the form that an ``HubModel/ETag`` names.
public struct ContentHash: Sendable {
  private enum State: Sendable {
    case sha1(Insecure.SHA1)
    case sha256(SHA256)
  }

  private var state: State

  /// Begins the hash of a content of `length` bytes in the form of `etag`.
  ///
  /// - Parameter length: git's hash begins with it: `sha1("blob LENGTH\0" + bytes)`. SHA-256 does not need it.
  public init(like etag: ETag, length: Int64) {
    switch etag {
    case .gitBlob:
      var hash = Insecure.SHA1()
      hash.update(data: Data("blob \(length)\0".utf8))
      state = .sha1(hash)
    case .sha256: state = .sha256(SHA256())
    }
  }

  /// Takes the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    switch state {
    case .sha1(var hash):
      hash.update(bufferPointer: bytes)
      state = .sha1(hash)
    case .sha256(var hash):
      hash.update(bufferPointer: bytes)
      state = .sha256(hash)
    }
  }

  /// The identity of all bytes taken so far.
  public func finish() -> ETag {
    switch state {
    case .sha1(let hash): .gitBlob(hexadecimal(hash.finalize()))
    case .sha256(let hash): .sha256(hexadecimal(hash.finalize()))
    }
  }

  /// The identity of `bytes` in the form of `etag`.
  public static func of(_ bytes: [UInt8], like etag: ETag) -> ETag {
    var hash = ContentHash(like: etag, length: Int64(bytes.count))
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }
}

extension Descriptor {
  /// How much of a file is read at once to be hashed.
  static let hashedBlock = 1 << 20

  /// The identity of the file's content in the form of `etag`.
  package func hash(like etag: ETag) throws(HubError) -> ETag {
    let length = try status().size
    var hash = ContentHash(like: etag, length: length)
    var buffer = [UInt8](repeating: 0, count: Int(min(max(length, 1), Int64(Self.hashedBlock))))
    var offset: Int64 = 0
    while true {
      let count = try buffer.withUnsafeMutableBufferPointer { buffer throws(HubError) in
        try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      }
      if count == 0 { return hash.finish() }
      buffer.withUnsafeBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      offset += Int64(count)
    }
  }
}
