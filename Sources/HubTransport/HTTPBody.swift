import Foundation
public import HubModel

/// What a request sends.
public enum HTTPBody: Sendable {
  /// Nothing.
  case none
  /// These bytes.
  case bytes([UInt8])
  /// A part of a file, or all of it, read while it is sent.
  case file(path: String, range: Range<Int64>? = nil)
  /// Bytes made while they are sent.
  case source(any ByteSource)

  /// The source of the bytes, or `nil` for none.
  var source: (any ByteSource)? {
    switch self {
    case .none: nil
    case .bytes(let bytes): BytesSource(bytes: bytes)
    case .file(let path, let range): FileSource(path: path, range: range)
    case .source(let source): source
    }
  }
}

/// Bytes to send that are made when they are needed, once for each attempt.
public protocol ByteSource: Sendable {
  /// How many bytes there will be, or `nil` if only the end will tell (sent in chunks).
  func count() throws(HubError) -> Int64?

  /// Begins at the first byte.
  ///
  /// Called on the transport's thread, for every attempt and whenever libcurl has to send the body again.
  func open() throws(HubError) -> any ByteReader
}

/// A run through the bytes of a ``ByteSource``; used by one thread.
public protocol ByteReader {
  /// Fills the front of `buffer`.
  ///
  /// The other transfers wait meanwhile: read from memory or a local disk, nothing slower.
  ///
  /// - Returns: The number of bytes, 0 only at the end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(HubError) -> Int
}

struct BytesSource: ByteSource {
  let bytes: [UInt8]

  func count() -> Int64? { Int64(bytes.count) }
  func open() -> any ByteReader { Reader(rest: bytes[...]) }

  struct Reader: ByteReader {
    var rest: ArraySlice<UInt8>

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
      let part = rest.prefix(buffer.count)
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
  }
}

struct FileSource: ByteSource {
  let path: String
  let range: Range<Int64>?

  func count() throws(HubError) -> Int64? {
    if let range { return Int64(range.count) }
    var status = stat()
    guard stat(path, &status) == 0 else { throw failure("stat") }
    return Int64(status.st_size)
  }

  func open() throws(HubError) -> any ByteReader {
    let length = try count() ?? 0
    let range = self.range ?? 0..<length
    let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open") }
    return Reader(file: Descriptor(number: descriptor), source: self, range: range)
  }

  private func failure(_ call: String) -> HubError { HubError(.system(call: call, path: path, errno: errno)) }

  /// Closes the file with the last reader.
  final class Descriptor {
    let number: Int32
    init(number: Int32) { self.number = number }
    deinit { close(number) }
  }

  struct Reader: ByteReader {
    let file: Descriptor
    let source: FileSource
    var range: Range<Int64>

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(HubError) -> Int {
      let wanted = min(buffer.count, range.count)
      guard wanted > 0 else { return 0 }
      let count = pread(file.number, buffer.baseAddress, wanted, off_t(range.lowerBound))
      guard count > 0 else {
        throw count < 0
          ? source.failure("pread") : HubError(.conflict("\(source.path) became shorter while it was sent"))
      }
      range = (range.lowerBound + Int64(count))..<range.upperBound
      return count
    }
  }
}
