import HubCache
import HubModel

/// The records of a zip archive as `torch.save` writes them: stored, not compressed (APPNOTE.TXT of PKWARE, 4.3 and 4.4).
///
/// torch never compresses (`caffe2/serialize/inline_container.cc`), as it maps tensors from the file; so a compressed
/// record is refused, and with it every archive that is larger inside than outside. Records that overlap, which make
/// other zip bombs, are refused too. The directory at the end of the archive is what counts; the lengths in front of the
/// records may be missing, with a descriptor behind them (bit 3 of the flags).
struct ZipArchive {
  /// A record: where its bytes are in the file.
  struct Record {
    let range: Range<Int64>
  }

  /// The records by their names without the folder that all of them are in.
  private(set) var records: [String: Record] = [:]

  private struct Entry {
    var name: String, method: Int, flags: Int, packed: UInt64, size: UInt64, header: UInt64
  }

  private static let directoryLimit: UInt64 = 64 << 20

  /// Reads the directory of the archive that `file` is.
  init(_ file: Descriptor, size: Int64) throws(Flaw) {
    let end = try ZipEnd(file, size: size)
    guard end.directorySize <= Self.directoryLimit else { throw Flaw("the directory of its archive is too large") }
    let bytes = try reading { () throws(HubError) in
      try file.read(at: Int64(end.directory), count: Int(end.directorySize))
    }
    guard bytes.count == Int(end.directorySize) else { throw ZipEnd.damaged }
    let entries = try Self.entries(bytes, count: end.count)
    var ranges: [(start: UInt64, end: UInt64)] = []
    for entry in entries {
      let start = try Self.start(of: entry, file, limit: end.directory)
      ranges.append((entry.header, start + entry.size))
      try add(entry, Int64(start)..<Int64(start + entry.size))
    }
    ranges.sort { $0.start < $1.start }
    for (range, next) in zip(ranges, ranges.dropFirst()) where range.end > next.start {
      throw Flaw("records of its archive overlap")
    }
  }

  private mutating func add(_ entry: Entry, _ range: Range<Int64>) throws(Flaw) {
    guard let slash = entry.name.utf8.firstIndex(of: UInt8(ascii: "/")) else {
      throw Flaw("its archive has the record '\(entry.name)' outside of a folder")
    }
    let name = String(entry.name[entry.name.index(after: slash)...])
    guard records.updateValue(Record(range: range), forKey: name) == nil else {
      throw Flaw("its archive has two records '\(name)'")
    }
  }

  /// The entries of the directory.
  private static func entries(_ bytes: [UInt8], count: UInt64) throws(Flaw) -> [Entry] {
    var fields = ZipFields(bytes)
    var entries: [Entry] = []
    // An entry has 46 bytes at least: what the end of the archive says cannot make the loop longer than the directory.
    for _ in 0..<min(count, UInt64(bytes.count / 46 + 1)) {
      guard try fields.number(4) == 0x0201_4B50 else { throw ZipEnd.damaged }
      try fields.skip(4)
      let (flags, method) = (Int(try fields.number(2)), Int(try fields.number(2)))
      try fields.skip(8)
      let (packed, size) = (try fields.number(4), try fields.number(4))
      let (name, extra, comment) = (try fields.number(2), try fields.number(2), try fields.number(2))
      try fields.skip(8)
      let header = try fields.number(4)
      guard let text = String(validating: try fields.bytes(name), as: UTF8.self) else {
        throw Flaw("its archive has a name that is not UTF-8")
      }
      var entry = Entry(name: text, method: method, flags: flags, packed: packed, size: size, header: header)
      try extend(&entry, Array(try fields.bytes(extra)))
      try fields.skip(comment)
      entries.append(entry)
    }
    guard fields.isAtEnd, entries.count == Int(clamping: count) else { throw ZipEnd.damaged }
    return entries
  }

  /// Completes the numbers that did not fit into 32 bits (4.5.3: those in the order size, packed size, header).
  private static func extend(_ entry: inout Entry, _ extra: [UInt8]) throws(Flaw) {
    var fields = ZipFields(extra)
    while !fields.isAtEnd {
      let (id, count) = (try fields.number(2), try fields.number(2))
      var field = ZipFields(Array(try fields.bytes(count)))
      guard id == 1 else { continue }
      if entry.size == 0xFFFF_FFFF { entry.size = try field.number(8) }
      if entry.packed == 0xFFFF_FFFF { entry.packed = try field.number(8) }
      if entry.header == 0xFFFF_FFFF { entry.header = try field.number(8) }
    }
  }

  /// Where the bytes of an entry begin, behind its own header, which ends at `limit` with them.
  private static func start(of entry: Entry, _ file: Descriptor, limit: UInt64) throws(Flaw) -> UInt64 {
    guard entry.flags & 1 == 0 else { throw Flaw("the record '\(entry.name)' of its archive is encrypted") }
    guard entry.method == 0, entry.packed == entry.size else {
      throw Flaw("the record '\(entry.name)' of its archive is compressed, which torch never does")
    }
    guard entry.header <= limit, limit - entry.header >= 30 else { throw ZipEnd.damaged }
    var fields = ZipFields(
      try reading { () throws(HubError) in try file.read(at: Int64(entry.header), count: 30) })
    guard try fields.number(4) == 0x0403_4B50 else { throw ZipEnd.damaged }
    try fields.skip(22)
    let start = entry.header + 30 + (try fields.number(2)) + (try fields.number(2))
    guard start <= limit, entry.size <= limit - start else { throw Flaw("its archive ends within '\(entry.name)'") }
    return start
  }
}

/// The numbers and names of a piece of an archive, one after the other.
struct ZipFields {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func number(_ count: UInt64) throws(Flaw) -> UInt64 { littleEndian(try bytes(count)) }
  mutating func skip(_ count: UInt64) throws(Flaw) { _ = try bytes(count) }

  mutating func bytes(_ count: UInt64) throws(Flaw) -> ArraySlice<UInt8> {
    guard count <= UInt64(bytes.count - position) else { throw ZipEnd.damaged }
    defer { position += Int(count) }
    return bytes[position..<position + Int(count)]
  }
}
