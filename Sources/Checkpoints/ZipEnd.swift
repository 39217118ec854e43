import HubCache
import HubModel

/// Where the directory of a zip archive is: the record at the archive's end, and the one of 64 bits before it (APPNOTE.TXT
/// 4.3.14 to 4.3.16).
struct ZipEnd {
  private(set) var directory: UInt64
  private(set) var directorySize: UInt64
  private(set) var count: UInt64

  static let damaged = Flaw("its archive is cut short or damaged")

  /// Finds the record in `file`, which has `size` bytes; a comment of up to 65,535 bytes may follow it.
  init(_ file: Descriptor, size: Int64) throws(Flaw) {
    let tail = min(size, 22 + 65_535)
    let bytes = try reading { () throws(HubError) in try file.read(at: size - tail, count: Int(tail)) }
    guard let index = Self.lastRecord(bytes) else { throw Self.damaged }
    var fields = ZipFields(Array(bytes[index...]))
    try fields.skip(10)
    (count, directorySize, directory) = (try fields.number(2), try fields.number(4), try fields.number(4))
    let position = size - tail + Int64(index)
    if count == 0xFFFF || directorySize == 0xFFFF_FFFF || directory == 0xFFFF_FFFF {
      try extend(file, before: position)
    }
    guard directory <= UInt64(position), directorySize <= UInt64(position) - directory else { throw Self.damaged }
  }

  private static func lastRecord(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 22 else { return nil }
    return (0...bytes.count - 22).last { index in
      bytes[index...].starts(with: [0x50, 0x4B, 5, 6])
        && index + 22 + Int(bytes[index + 20]) + Int(bytes[index + 21]) << 8 == bytes.count
    }
  }

  /// Reads the numbers of 64 bits, if the record for them is there; without it the small ones count.
  private mutating func extend(_ file: Descriptor, before position: Int64) throws(Flaw) {
    guard position >= 20 else { return }
    var locator = ZipFields(try reading { () throws(HubError) in try file.read(at: position - 20, count: 20) })
    guard try locator.number(4) == 0x0706_4B50 else { return }
    try locator.skip(4)
    let offset = try locator.number(8)
    guard offset <= UInt64(position), UInt64(position) - offset >= 56 else { throw Self.damaged }
    var fields = ZipFields(try reading { () throws(HubError) in try file.read(at: Int64(offset), count: 56) })
    guard try fields.number(4) == 0x0606_4B50 else { throw Self.damaged }
    try fields.skip(28)
    (count, directorySize, directory) = (try fields.number(8), try fields.number(8), try fields.number(8))
  }
}
