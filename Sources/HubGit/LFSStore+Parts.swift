import Crypto
import Foundation
public import HubModel

extension LFSStore {
  /// Gives what has arrived its place as the object `pointer`, after a comparison with it.
  ///
  /// An object that is there already stays, unless it is damaged.
  ///
  /// - Throws: `integrity` if the bytes are not the object's; `system`, `diskFull`.
  public func add(_ incoming: LFSIncoming, as pointer: LFSPointer) throws(HubError) {
    guard incoming.count == pointer.size else {
      throw HubError(.integrity(expected: "\(pointer.size) bytes", got: "\(incoming.count)"), context: context(pointer))
    }
    let digest = incoming.digest
    guard digest == pointer.oid else {
      throw HubError(.integrity(expected: "sha256:\(pointer.oid)", got: "sha256:\(digest)"), context: context(pointer))
    }
    // A file of another length is no reason to refuse the right bytes.
    if let file = try? file(of: pointer), file == place(of: pointer.oid) { return }
    try incoming.publish(as: place(of: pointer.oid))
  }

  /// A part that has arrived.
  public struct Part: Hashable, Sendable {
    /// The number, from 1.
    public let number: Int
    /// The length in bytes.
    public let size: Int64
    /// The SHA-256 of the bytes, as hexadecimal digits.
    public let digest: String
    fileprivate let file: String
  }

  /// Keeps what has arrived as part `number` of the object `pointer`, until ``assemble(_:parts:for:)``.
  ///
  /// - Parameter repository: The path of the repository that the object is sent to: one never sees another's parts.
  /// - Returns: The digest of the part.
  public func add(
    _ incoming: LFSIncoming, asPart number: Int, of pointer: LFSPointer, for repository: String
  ) throws(HubError) -> String {
    let digest = incoming.digest
    let earlier = parts(of: pointer, for: repository).filter { $0.number == number && $0.digest != digest }
    try incoming.publish(as: "\(folder(of: pointer, for: repository))/\(number)-\(digest)")
    for part in earlier { unlink(part.file) }
    return digest
  }

  /// The parts of the object `pointer` that have arrived, in order.
  public func parts(of pointer: LFSPointer, for repository: String) -> [Part] {
    let folder = folder(of: pointer, for: repository)
    // Absence: none has arrived.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name in
      let words = name.split(separator: "-")
      var status = stat()
      guard words.count == 2, let number = Int(words[0]), stat("\(folder)/\(name)", &status) == 0 else { return nil }
      return Part(
        number: number, size: Int64(status.st_size), digest: String(words[1]), file: "\(folder)/\(name)")
    }
    .sorted { $0.number < $1.number }
  }

  /// Makes the object `pointer` of its first `count` parts, which stay until ``removeParts(of:for:)``.
  ///
  /// A piece of a part is in memory at a time. The parts are on the disk until the whole is, so that nothing is lost
  /// when the server ends in between.
  ///
  /// - Throws: `conflict` if a part has not arrived; `integrity` if the parts are not the object; `system`, `diskFull`.
  public func assemble(_ pointer: LFSPointer, parts count: Int, for repository: String) throws(HubError) {
    let files = Dictionary(
      parts(of: pointer, for: repository).map { ($0.number, $0.file) }, uniquingKeysWith: { first, _ in first })
    let whole = try LFSIncoming(in: self)
    for number in 0..<count {
      guard let file = files[number + 1] else {
        throw HubError(.conflict("part \(number + 1) of \(count) has not arrived"), context: context(pointer))
      }
      try whole.append(fileAt: file)
    }
    do throws(HubError) {
      try add(whole, as: pointer)
    } catch {
      // Parts that make another object are of no use to anybody.
      if error.code == .integrity { removeParts(of: pointer, for: repository) }
      throw error
    }
  }

  /// Removes the parts of the object `pointer`, once whoever sent them may rely on the whole.
  public func removeParts(of pointer: LFSPointer, for repository: String) {
    Self.remove(folder(of: pointer, for: repository))
  }

  /// Removes what uploads left behind that nobody went on with for `seconds`.
  public func sweep(olderThan seconds: Int64) {
    for directory in [incoming, incoming + "/parts"] {
      // Absence: nothing ever arrived.
      for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] where name != "parts" {
        removeOld(directory + "/" + name, seconds: seconds)
      }
    }
  }

  /// Where objects are while they arrive.
  var incoming: String { path + "/incoming" }

  /// Where the store itself keeps the object `oid`.
  private func place(of oid: String) -> String {
    "\(path)/objects/\(oid.prefix(2))/\(oid.dropFirst(2).prefix(2))/\(oid)"
  }

  private func folder(of pointer: LFSPointer, for repository: String) -> String {
    "\(incoming)/parts/\(hexadecimal(SHA256.hash(data: Data("\(repository)\0\(pointer.oid)".utf8))))"
  }

  private func context(_ pointer: LFSPointer) -> HubError.Context { HubError.Context(file: pointer.oid) }

  /// What cannot be removed now is found by the next sweep.
  private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }  // cleanup
}
