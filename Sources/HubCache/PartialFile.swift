import Foundation
public import HubModel
import Synchronization

/// A content on its way into a ``Destination``: a file with the first bytes, and their hash so far.
///
/// Bytes are written by the thread that receives them and hashed by another that follows, reading what was written: the
/// hash is that of the file, whatever was in it before and whoever else wrote to it.
public final class PartialFile: Sendable {
  /// Where the file is.
  public let path: String
  /// What the content should be.
  public let etag: ETag
  /// The content's length, unless the hub does not say.
  public let size: Int64?

  private let file: Descriptor
  private let written: Mutex<Int64>
  private let follower: HashFollower
  /// How many bytes have arrived ahead, in parts.
  private let ahead = Mutex<Int64>(0)
  /// Held while parts are appended.
  let taking = Mutex(())

  /// Opens the partial file at `path`.
  ///
  /// What is no plain file there is removed: a link is never followed. Bytes beyond `size` are too many to be a
  /// beginning, and the file starts anew.
  ///
  /// - Parameter resuming: Whether the bytes that are there are the first ones of the content; if not, they go.
  public init(at path: String, etag: ETag, size: Int64?, resuming: Bool) throws(HubError) {
    try Disk.makeDirectory(Disk.folder(of: path))
    if let status = try Disk.status(path), status.kind != .file { try Disk.remove(path) }
    let file = try Self.open(path)
    (self.path, self.etag, self.size, self.file) = (path, etag, size, file)
    let length = try file.status().size
    let keeps = resuming && size.map { length <= $0 } ?? true
    if !keeps { try file.truncate(to: 0) }
    written = Mutex(keeps ? length : 0)
    follower = HashFollower(file, etag: etag, size: size)
    if !keeps { try removeParts() }
  }

  private static func open(_ path: String) throws(HubError) -> Descriptor {
    for isLast in [false, true] {
      do throws(HubError) {
        if let file = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW) { return file }
      } catch {
        // Bytes that somebody has locked away are lost; their name can still be had where the folder is ours.
        guard !isLast, error.code == .permission else { throw error }
        try Disk.remove(path)
      }
    }
    throw .disk("open", path, ENOENT)
  }

  /// How many of the content's first bytes are there.
  public var length: Int64 { written.withLock { $0 } }

  /// How many bytes have arrived: the first ones, and those of the parts that are open.
  public var received: Int64 { length + ahead.withLock { $0 } }

  func countAhead(_ bytes: Int64) { ahead.withLock { $0 += bytes } }

  /// Appends the next bytes.
  ///
  /// - Throws: `integrity` on the first byte beyond the announced length; what the disk says.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
    let offset = length
    let end = offset + Int64(bytes.count)
    if let size, end > size {
      throw HubError(.integrity(expected: "\(size) bytes", got: "more"))
    }
    do throws(HubError) {
      try file.write(bytes, at: offset)
    } catch {
      throw error.needing(size.map { $0 - offset })
    }
    written.withLock { $0 = end }
    follower.follow(to: end)
  }

  /// Throws the bytes away, to begin again with the first one.
  public func restart() throws(HubError) {
    try file.truncate(to: 0)
    written.withLock { $0 = 0 }
    ahead.withLock { $0 = 0 }
    follower.restart()
    try removeParts()
  }

  /// Compares length and hash with what the hub announced, and makes the bytes last.
  ///
  /// - Throws: `integrity` if they differ; then the bytes are of no use to anybody and are thrown away.
  public func verify() async throws(HubError) {
    let length = length
    if let size, length != size {
      throw HubError(.integrity(expected: "\(size) bytes", got: "\(length)"))
    }
    let found = try await follower.finish(at: length)
    guard found == etag else {
      try restart()
      throw HubError(.integrity(expected: etag.description, got: found.description))
    }
    try await offThePool { [self] () throws(HubError) in
      try file.synchronize()
      try removeParts()
    }
  }

  /// Whether the path still names this file: another process may have published or removed it.
  func isInPlace() throws(HubError) -> Bool {
    let (here, there) = (try file.status(), try Disk.status(path))
    return there?.device == here.device && there?.inode == here.inode
  }
}

extension HubError {
  /// The same error, a full disk's with the number of bytes that are still to be written.
  fileprivate func needing(_ bytes: Int64?) -> HubError {
    guard case .diskFull(let path, nil, let free) = problem else { return self }
    return HubError(.diskFull(path: path, needed: bytes, free: free), context: context, cause: cause)
  }
}

/// Hashes the beginning of a file on a thread of its own, as far as it has been written.
private final class HashFollower: Sendable {
  private struct Progress {
    var hash: ContentHash
    var offset: Int64 = 0
    var buffer: [UInt8] = []
    var failure: HubError?
    /// Up to where the disk has been told to write.
    var flushed: Int64 = 0
  }

  /// How many bytes the disk is told to write at a time, while the next ones arrive: were it told at the end, the end
  /// would take as long again.
  private static let flushedBlock: Int64 = 64 << 20

  private let file: Descriptor
  private let etag: ETag
  private let size: Int64?
  private let progress: Mutex<Progress>
  /// Of all stretches to hash only the newest counts: it ends behind the others.
  private let target = Mutex<Int64>(0)
  private let queue = DispatchQueue(label: "diffusion-hub.hash")
  private let flushing = DispatchQueue(label: "diffusion-hub.flush")

  init(_ file: Descriptor, etag: ETag, size: Int64?) {
    (self.file, self.etag, self.size) = (file, etag, size)
    progress = Mutex(Progress(hash: ContentHash(like: etag, length: size ?? 0)))
  }

  /// Whether the hash can begin: git's starts with the length, which a hub may leave out.
  private var knowsLength: Bool { if case .gitBlob = etag { size != nil } else { true } }

  func follow(to end: Int64) {
    guard knowsLength else { return }
    target.withLock { $0 = end }
    queue.async { self.advance(to: self.target.withLock { $0 }) }
  }

  func restart() {
    target.withLock { $0 = 0 }
    queue.async { self.progress.withLock { $0 = Progress(hash: ContentHash(like: self.etag, length: self.size ?? 0)) } }
  }

  /// The identity of the first `length` bytes, which must all have been written.
  func finish(at length: Int64) async throws(HubError) -> ETag {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<ETag, HubError>, Never>) in
      queue.async {
        if !self.knowsLength {
          self.progress.withLock { $0.hash = ContentHash(like: self.etag, length: length) }
        }
        self.advance(to: length)
        continuation.resume(
          returning: self.progress.withLock { state in
            if let failure = state.failure { .failure(failure) } else { .success(state.hash.finish()) }
          })
      }
    }
    return try result.get()
  }

  private func advance(to end: Int64) {
    progress.withLock { state in
      guard state.failure == nil else { return }
      do throws(HubError) {
        try advance(&state, to: end)
      } catch {
        state.failure = error
      }
    }
  }

  private func advance(_ state: inout Progress, to end: Int64) throws(HubError) {
    while state.offset < end {
      let offset = state.offset
      let wanted = Int(min(end - offset, Int64(Descriptor.hashedBlock)))
      if state.buffer.count < wanted { state.buffer = [UInt8](repeating: 0, count: wanted) }
      var count = 0
      try state.buffer.withUnsafeMutableBufferPointer { buffer throws(HubError) -> Void in
        count = try file.read(
          into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<wanted])), at: offset)
      }
      if count == 0 { return }
      state.buffer.withUnsafeBytes { state.hash.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      state.offset += Int64(count)
      if state.offset - state.flushed >= Self.flushedBlock {
        flushing.async { [file] in _ = fsync(file.number) }  // What fails here fails again at the end, where it counts.
        state.flushed = state.offset
      }
    }
  }
}
