import Foundation
import HubCache
public import HubModel
import HubTransport

extension LocalContent {
  /// Hashes the content, in one pass and without holding it.
  ///
  /// - Throws: `entryNotFound`, `permission`, `invalidArgument` for what is no regular file; `conflict` for a file that
  ///   changes meanwhile; `cancelled` when the task is.
  public func identity() async throws(HubError) -> ContentIdentity {
    switch self {
    case .bytes(let bytes):
      var hashing = Hashing(length: Int64(bytes.count))
      bytes.withUnsafeBytes { hashing.update($0) }
      return hashing.finish(stamp: nil)
    case .file(let path):
      return try await offThePool { () throws(HubError) in try Self.identity(ofFile: path) }
    }
  }

  /// The longest text that is read, in bytes: rules and model cards.
  private static let textLimit = 4 << 20

  /// The content as text.
  ///
  /// - Throws: `invalidArgument` for what is longer than 4 MiB, or not UTF-8; as ``identity()``.
  public func text() throws(HubError) -> String {
    let bytes: [UInt8]
    switch self {
    case .bytes(let given): bytes = given
    case .file(let path):
      let file = try OpenContent(path)
      guard try file.stamp().size <= Self.textLimit else {
        throw HubError(.invalidArgument(name: "file", value: path, reason: "it is too long to be a text"))
      }
      bytes = try file.descriptor.read(at: 0, count: Self.textLimit)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw HubError(.invalidArgument(name: "file", value: nil, reason: "it is expected to be a text in UTF-8"))
    }
    return text
  }

  /// All of the content, for what is small enough to be held.
  ///
  /// - Throws: `conflict` if it is another one than the one with this identity.
  public func bytes(like identity: ContentIdentity) async throws(HubError) -> [UInt8] {
    if case .bytes(let bytes) = self { return bytes }
    let source = ContentSource(self, stamp: identity.stamp, range: 0..<identity.size)
    return try await offThePool { () throws(HubError) in
      var (bytes, filled) = ([UInt8](repeating: 0, count: Int(identity.size)), 0)
      var reader = try source.open()
      while filled < bytes.count {
        filled += try bytes.withUnsafeMutableBufferPointer { buffer throws(HubError) in
          try reader.read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...])))
        }
      }
      return bytes
    }
  }

  private static func identity(ofFile path: String) throws(HubError) -> ContentIdentity {
    let file = try OpenContent(path)
    let stamp = try file.stamp()
    var hashing = Hashing(length: stamp.size)
    var buffer = [UInt8](repeating: 0, count: Int(min(max(stamp.size, 1), 1 << 20)))
    var offset: Int64 = 0
    while true {
      let count = try buffer.withUnsafeMutableBufferPointer { buffer throws(HubError) in
        try file.descriptor.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      }
      if count == 0 { break }
      buffer.withUnsafeBytes { hashing.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      offset += Int64(count)
    }
    guard offset == stamp.size else { throw file.changed }
    try file.confirm(stamp)
    return hashing.finish(stamp: stamp)
  }
}

/// Both hashes of a content, fed with the same bytes.
private struct Hashing {
  private let length: Int64
  private var blob: ContentHash
  private var sha256 = ContentHash(like: .sha256(""), length: 0)
  private var sample: [UInt8] = []

  init(length: Int64) {
    self.length = length
    blob = ContentHash(like: .gitBlob(""), length: length)
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    if sample.count < ContentIdentity.sampleLength {
      sample.append(contentsOf: bytes.prefix(ContentIdentity.sampleLength - sample.count))
    }
    blob.update(bytes)
    sha256.update(bytes)
  }

  func finish(stamp: FileStamp?) -> ContentIdentity {
    let oid = sha256.finish().hex
    let pointer = LFSPointer(oid: oid, size: length)?.text ?? ""
    return ContentIdentity(
      size: length, blob: blob.finish().hex, sha256: oid,
      pointerBlob: ContentHash.of(Array(pointer.utf8), like: .gitBlob("")).hex, sample: sample, stamp: stamp)
  }
}
