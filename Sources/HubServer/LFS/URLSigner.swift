import Crypto
import Foundation
import HTTPTypes
import HubGit
import HubModel

/// Makes URLs that carry a right with them: clients send storage no token.
///
/// A signature stands for one method, one path (with the repository and the object in it), one object, one length and a
/// time. It is an HMAC-SHA256 (RFC 2104) with a secret that is made with the hub and kept in `ROOT/secret`.
struct URLSigner: Sendable {
  /// What a signature stands for.
  struct Grant: Hashable, Sendable {
    /// The object; also in the path of most routes.
    var oid: String
    /// Bytes that may be sent, or that there are.
    var size: Int64
  }

  /// Seconds for which a URL is good: long enough for a large object over a slow line.
  static var seconds: Int { 6 * 3600 }

  private let key: SymmetricKey

  init(key: SymmetricKey) { self.key = key }

  /// The signer with the secret of the hub in `root`, which is made if there is none.
  ///
  /// - Throws: `configuration` for a secret that others can read or that is cut short; `system`.
  init(root: String) throws(HubError) {
    let path = root + "/secret"
    var bytes = try Self.stored(path)
    if bytes == nil { bytes = try Self.make(path) }
    guard let bytes, bytes.count == Self.length else {
      throw HubError(.configuration(source: path, reason: "it is no secret of \(Self.length) bytes; remove it"))
    }
    key = SymmetricKey(data: bytes)
  }

  /// The query that grants `grant` to whoever sends it with the path of `route` and with `method`.
  func query(_ method: HTTPRequest.Method, _ route: Route, _ grant: Grant, now: Date = Date()) -> String {
    let expiry = Int64(now.timeIntervalSince1970) + Int64(Self.seconds)
    let code = HMAC<SHA256>.authenticationCode(for: Self.message(method, route, grant, expiry), using: key)
    return "oid=\(grant.oid)&size=\(grant.size)&expires=\(expiry)&signature=\(hexadecimal(code))"
  }

  /// What the query of a request grants; `nil` without a signature, with a wrong one, and when its time is over.
  func grant(_ request: HubRequest, _ route: Route, now: Date = Date()) -> Grant? {
    guard let oid = request.query["oid"], let size = request.query["size"].flatMap({ Int64($0) }), size >= 0,
      let expiry = request.query["expires"].flatMap({ Int64($0) }), expiry >= Int64(now.timeIntervalSince1970),
      let signature = request.query["signature"].flatMap(Self.bytes)
    else { return nil }
    let grant = Grant(oid: oid, size: size)
    let method = request.isHead ? .get : request.method
    let isValid = HMAC<SHA256>.isValidAuthenticationCode(
      signature, authenticating: Self.message(method, route, grant, expiry), using: key)
    return isValid ? grant : nil
  }

  private static func message(_ method: HTTPRequest.Method, _ route: Route, _ grant: Grant, _ expiry: Int64) -> Data {
    // None of the parts can hold a line end.
    Data("\(method.rawValue)\n\(route.path)\n\(grant.oid)\n\(grant.size)\n\(expiry)".utf8)
  }

  private static func bytes(_ digits: String) -> [UInt8]? {
    guard digits.utf8.count == 64 else { return nil }
    let values = digits.utf8.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 ? $0 - 48 : $0 &- 87 }
    guard values.allSatisfy({ $0 < 16 }) else { return nil }
    return stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] }
  }

  private static var length: Int { 32 }

  private static func stored(_ path: String) throws(HubError) -> [UInt8]? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    guard status.st_mode & 0o077 == 0 else {
      throw HubError(.configuration(source: path, reason: "others can read it; run 'chmod 600 \(path)'"))
    }
    return FileManager.default.contents(atPath: path).map { [UInt8]($0) } ?? []
  }

  /// Makes a secret under another name first, so that none is ever seen half written; of two servers one makes it.
  private static func make(_ path: String) throws(HubError) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let draft = path + "." + UUID().uuidString
    try makeFile(draft, bytes, mode: 0o600)
    defer { unlink(draft) }
    if link(draft, path) == 0 { return bytes }
    return try stored(path) ?? []
  }
}
