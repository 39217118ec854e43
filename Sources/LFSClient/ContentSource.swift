import Foundation
import HubCache
public import HubModel
public import HubTransport

/// A content, or a part of it, on its way out: read while it is sent, never held as a whole.
public struct ContentSource: ByteSource {
  private let content: LocalContent
  private let stamp: FileStamp?
  private let range: Range<Int64>
  private let watch: (@Sendable (Int64) -> Void)?

  /// The bytes of `range`.
  ///
  /// - Parameters:
  ///   - stamp: What the file was when it was hashed; another one is not sent.
  ///   - watch: Told, while they are read, how many bytes of the range have been; called on the transport's thread.
  public init(
    _ content: LocalContent, stamp: FileStamp?, range: Range<Int64>, watch: (@Sendable (Int64) -> Void)? = nil
  ) {
    (self.content, self.stamp, self.range, self.watch) = (content, stamp, range, watch)
  }

  /// The number of bytes.
  ///
  /// - Throws: As ``open()``: a content that cannot be sent is found out before the request begins.
  public func count() throws(HubError) -> Int64? {
    _ = try open()
    return Int64(range.count)
  }

  /// Opens the file, and makes sure that it is the one that was hashed.
  public func open() throws(HubError) -> any ByteReader {
    switch content {
    case .bytes(let bytes):
      let whole = 0..<Int64(bytes.count)
      guard range.lowerBound >= 0, range.upperBound <= whole.upperBound else {
        throw HubError(.conflict("a content became shorter while it was sent"))
      }
      return BytesReader(rest: bytes[Int(range.lowerBound)..<Int(range.upperBound)], watch: watch)
    case .file(let path):
      let file = try OpenContent(path)
      try file.confirm(stamp)
      return FileReader(file: file, stamp: stamp, rest: range, start: range.lowerBound, watch: watch)
    }
  }

  private struct BytesReader: ByteReader {
    var rest: ArraySlice<UInt8>
    let watch: (@Sendable (Int64) -> Void)?
    private var count: Int64 = 0

    init(rest: ArraySlice<UInt8>, watch: (@Sendable (Int64) -> Void)?) { (self.rest, self.watch) = (rest, watch) }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
      let part = rest.prefix(buffer.count)
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      count += Int64(part.count)
      watch?(count)
      return part.count
    }
  }

  private struct FileReader: ByteReader {
    let file: OpenContent
    let stamp: FileStamp?
    var rest: Range<Int64>
    let start: Int64
    let watch: (@Sendable (Int64) -> Void)?

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(HubError) -> Int {
      let wanted = min(buffer.count, rest.count)
      guard wanted > 0 else { return 0 }
      let count = try file.descriptor.read(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: rest.lowerBound)
      guard count == wanted else { throw file.changed }
      rest = (rest.lowerBound + Int64(count))..<rest.upperBound
      if rest.isEmpty { try file.confirm(stamp) }
      watch?(rest.lowerBound - start)
      return count
    }
  }
}

/// A file that is open to be hashed or sent.
struct OpenContent: Sendable {
  let descriptor: Descriptor
  private let path: String

  /// Opens a regular file, through links.
  ///
  /// - Throws: `entryNotFound`; `invalidArgument` for a directory, a device or a pipe; `permission`.
  init(_ path: String) throws(HubError) {
    self.path = path
    // Not blocking: a pipe without a writer would wait for one for ever.
    guard let descriptor = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK, absenceIsError: false) else {
      throw HubError(.entryNotFound, context: HubError.Context(file: path))
    }
    guard try descriptor.status().kind == .file else {
      throw HubError(.invalidArgument(name: "file", value: path, reason: "it is not a regular file"))
    }
    self.descriptor = descriptor
  }

  /// What the file is now.
  func stamp() throws(HubError) -> FileStamp {
    let status = try descriptor.status()
    return FileStamp(size: status.size, modified: status.modified, inode: status.inode)
  }

  /// Makes sure that the file is still the one with this stamp.
  func confirm(_ stamp: FileStamp?) throws(HubError) {
    guard let stamp else { return }
    guard try self.stamp() == stamp else { throw changed }
  }

  var changed: HubError {
    HubError(.conflict("'\(path)' has changed since it was read, so nothing was committed"), cause: ChangedFile())
  }
}

/// The cause of a conflict that is not with the remote: a file here is another one than was hashed.
public struct ChangedFile: Error, CustomStringConvertible {
  /// What happened.
  public var description: String { "a file was written while it was pushed" }
}
