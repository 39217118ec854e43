internal import CGit2
import Crypto
public import HubModel

/// The name of an object in git: a commit, a tree, a blob.
public struct GitObjectID: Hashable, Sendable, CustomStringConvertible {
  /// 40 lowercase hexadecimal digits.
  public let hex: String

  init(_ id: git_oid) {
    var id = id
    hex = String(unsafeUninitializedCapacity: 40) { buffer in
      buffer.withMemoryRebound(to: CChar.self) { _ = git_oid_fmt($0.baseAddress, &id) }
      return 40
    }
  }

  /// The name that `bytes` have as a blob.
  public init(ofBlob bytes: [UInt8]) {
    var hash = Insecure.SHA1()
    hash.update(data: Array("blob \(bytes.count)\0".utf8))
    hash.update(data: bytes)
    hex = hexadecimal(hash.finalize())
  }

  /// The digits.
  public var description: String { hex }

  /// The identity of a file's content, if the object is a blob.
  public var etag: ETag { .gitBlob(hex) }

  var oid: git_oid { git_oid(validHex: hex) }
}

extension git_oid {
  /// The object named by `hex`, which its type has proven to be 40 hexadecimal digits.
  init(validHex hex: String) {
    self.init()
    git_oid_fromstr(&self, hex)
  }
}

extension CommitID {
  init(_ id: git_oid) {
    // 40 lowercase digits, as libgit2 prints them, always are a commit's name.
    self = CommitID(GitObjectID(id).hex)!
  }

  var oid: git_oid { git_oid(validHex: hex) }
}
