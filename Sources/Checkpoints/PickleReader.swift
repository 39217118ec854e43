import HubCache
import HubModel

/// The bytes of a part of a file, one after the other, through a small buffer.
///
/// No length that the bytes announce is trusted: what is asked for has to be there before memory is taken for it.
struct PickleReader {
  private let file: Descriptor
  private let end: Int64
  private var buffer: [UInt8] = []
  private var bufferStart: Int64
  /// Where the next byte is.
  private(set) var position: Int64

  private static let bufferSize: Int64 = 1 << 16

  init(_ file: Descriptor, _ range: Range<Int64>) {
    (self.file, position, bufferStart, end) = (file, range.lowerBound, range.lowerBound, range.upperBound)
  }

  mutating func byte() throws(Flaw) -> UInt8 {
    if position >= bufferStart + Int64(buffer.count) { try fill() }
    defer { position += 1 }
    return buffer[Int(position - bufferStart)]
  }

  /// The number in the next `count` bytes, at most eight, the lowest first.
  mutating func number(_ count: Int) throws(Flaw) -> UInt64 { littleEndian(try bytes(UInt64(count))[...]) }

  /// The next `count` bytes.
  mutating func bytes(_ count: UInt64) throws(Flaw) -> [UInt8] {
    try require(count)
    var result: [UInt8] = []
    result.reserveCapacity(Int(count))
    for _ in 0..<Int(count) { result.append(try byte()) }
    return result
  }

  /// Leaves out `count` bytes.
  mutating func skip(_ count: UInt64) throws(Flaw) {
    try require(count)
    position += Int64(count)
  }

  /// The next `count` bytes as text.
  mutating func text(_ count: UInt64) throws(Flaw) -> String {
    guard let text = String(validating: try bytes(count), as: UTF8.self) else {
      throw Flaw("its pickle has a text that is not UTF-8")
    }
    return text
  }

  /// The text up to the next line's end, which is left out.
  mutating func line() throws(Flaw) -> String {
    var bytes: [UInt8] = []
    while case let byte = try byte(), byte != UInt8(ascii: "\n") {
      bytes.append(byte)
      guard bytes.count <= 4096 else { throw Flaw("its pickle has a name of more than 4096 bytes") }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Flaw("its pickle has a name that is not UTF-8")
    }
    return text
  }

  private func require(_ count: UInt64) throws(Flaw) {
    guard count <= UInt64(max(0, end - position)) else { throw Self.ended }
  }

  private mutating func fill() throws(Flaw) {
    let count = min(Self.bufferSize, end - position)
    guard count > 0 else { throw Self.ended }
    buffer = try reading { () throws(HubError) in try file.read(at: position, count: Int(count)) }
    guard !buffer.isEmpty else { throw Self.ended }
    bufferStart = position
  }

  private static let ended = Flaw("it ends within its pickle")
}
