import Foundation

/// The floats that a fixture holds as base 64 of their little-endian bytes; none if it is not that.
public func floats(base64 text: String) -> [Float] {
  let bytes = [UInt8](Data(base64Encoded: text) ?? Data())
  return stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { start in
    Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << ($1 * 8) })
  }
}

/// The lines of a fixture, without empty ones.
public func lines(ofFixture name: String) throws -> [String] {
  try String(contentsOf: Layout.fixture(name), encoding: .utf8).split(separator: "\n").map(String.init)
}
