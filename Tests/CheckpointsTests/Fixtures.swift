import Foundation
import TestSupport

/// The files that `fixtures/generate_checkpoints.py` makes.
enum Fixtures {
  static let folder = Layout.fixture("checkpoints").path

  /// The checkpoints with a file of that extension beside them: what they become, or why they are refused.
  static func names(with ending: String) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
  }

  static func path(_ name: String) -> String { folder + "/" + name }

  static func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(filePath: path(name)))) }
}

/// An archive as `torch.save` writes one, with records that a test says.
struct Archive {
  var records: [(name: String, bytes: [UInt8])]
  /// Changes an entry's announced length, place or method: name, then the field's bytes from the signature on.
  var method: UInt16 = 0
  var announced: UInt32?
  /// Lets every entry of the directory point to the first record.
  var overlaps = false

  init(pickle: [UInt8], _ records: [(String, [UInt8])] = []) {
    self.records = [("archive/data.pkl", pickle)] + records.map { ("archive/\($0.0)", $0.1) }
  }

  /// The archive: records, directory, end.
  var bytes: [UInt8] {
    var (body, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, bytes) in records {
      let offset = overlaps ? 0 : body.count
      let size = announced ?? UInt32(bytes.count)
      let common =
        Self.little(0, 2) + Self.little(UInt64(method), 2) + Self.little(0, 8) + Self.little(UInt64(size), 4)
        + Self.little(UInt64(size), 4) + Self.little(UInt64(name.utf8.count), 2) + Self.little(0, 2)
      body += [0x50, 0x4B, 3, 4, 20, 0] + common + Array(name.utf8) + bytes
      directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + common + Self.little(0, 10)
      directory += Self.little(UInt64(offset), 4) + Array(name.utf8)
    }
    let count = Self.little(UInt64(records.count), 2)
    let end =
      [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + Self.little(UInt64(directory.count), 4)
      + Self.little(UInt64(body.count), 4) + [0, 0]
    return body + directory + end
  }

  static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 < 8 ? value >> (8 * UInt64($0)) : 0) }
  }
}
