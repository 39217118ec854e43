import Foundation
public import HubModel
import Synchronization

// Where every connection is slow but several together are not, a content arrives in parts: stretches ahead of its first
// bytes, each in a file of its own beside the partial file, which stays what it is, the beginning of the content. A part
// that has become the next one is appended and its file removed. After an interruption all of them are still there.
//
//     blobs/<etag>.incomplete                   bytes 0 ..< 9,000,000
//     blobs/<etag>.000001000000.incomplete      bytes 16,777,216 ..< 25,165,824, or the first ones of them

/// A stretch of a content that arrives ahead of the bytes before it.
public final class ContentPart: Sendable {
  /// Which bytes of the content they are.
  public let range: Range<Int64>
  private let file: Descriptor
  private let partial: PartialFile
  private let written: Mutex<Int64>

  fileprivate init(_ range: Range<Int64>, of partial: PartialFile) throws(HubError) {
    let path = partial.partPath(range.lowerBound)
    if let status = try Disk.status(path), status.kind != .file { try Disk.remove(path) }
    guard let file = try Descriptor(opening: path, O_RDWR | O_CREAT | O_NOFOLLOW) else {
      throw .disk("open", path, ENOENT)
    }
    var length = try file.status().size
    if length > range.count {
      try file.truncate(to: 0)
      length = 0
    }
    (self.range, self.file, self.partial) = (range, file, partial)
    written = Mutex(length)
    partial.countAhead(length)
  }

  /// How many of its bytes are there.
  public var length: Int64 { written.withLock { $0 } }

  /// The bytes that are missing.
  public var missing: Range<Int64> { (range.lowerBound + length)..<range.upperBound }

  /// Appends the next bytes.
  ///
  /// - Throws: `integrity` on the first byte beyond its range; what the disk says.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
    let offset = length
    guard offset + Int64(bytes.count) <= range.count else {
      throw HubError(.integrity(expected: "\(range.count) bytes of a part", got: "more"))
    }
    try file.write(bytes, at: offset)
    written.withLock { $0 = offset + Int64(bytes.count) }
    partial.countAhead(Int64(bytes.count))
  }
}

extension PartialFile {
  /// The length of a part, 8 MiB; parts begin at its multiples, but for the first one.
  public static let partLength: Int64 = 8 << 20

  private static let suffix = ".incomplete"

  fileprivate func partPath(_ offset: Int64) -> String {
    let digits = String(offset, radix: 16)
    return stem + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + Self.suffix
  }

  /// What the names of the parts begin with.
  private var stem: String { path.dropLast(Self.suffix.count) + "." }

  /// The offsets of the parts that there are files of. None is looked for where the content is too short for two.
  private func partOffsets() throws(HubError) -> [Int64] {
    guard let size, size > Self.partLength else { return [] }
    let folder = Disk.folder(of: path)
    return try Disk.names(in: folder).compactMap { Self.offset(ofPart: "\(folder)/\($0)", stem: stem) }
  }

  private static func offset(ofPart path: String, stem: String) -> Int64? {
    guard path.hasPrefix(stem), path.hasSuffix(suffix) else { return nil }
    let digits = path.dropFirst(stem.count).dropLast(suffix.count)
    // Eight digits are a name of Python's.
    return digits.utf8.count == 12 ? Int64(digits, radix: 16) : nil
  }

  /// How many bytes of the content with this partial file have arrived, whoever receives it: a sign of life.
  public static func bytesArrived(at path: String) -> Int64 {
    // Absence: what cannot be looked at shows no life.
    func size(_ path: String) -> Int64 { (try? Disk.status(path))??.size ?? 0 }
    let (folder, stem) = (Disk.folder(of: path), String(path.dropLast(suffix.count)) + ".")
    let names = (try? Disk.names(in: folder)) ?? []
    return names.map { "\(folder)/\($0)" }.filter { $0 == path || offset(ofPart: $0, stem: stem) != nil }
      .reduce(0) { $0 + size($1) }
  }

  /// The part that begins at `offset`.
  private func part(from offset: Int64) -> Range<Int64> {
    let end = (offset / Self.partLength + 1) * Self.partLength
    return offset..<max(offset, min(end, size ?? end))
  }

  /// Whether an earlier call has left parts.
  public func hasParts() throws(HubError) -> Bool { try !partOffsets().isEmpty }

  /// The parts that make up what is missing; those that the beginning has overtaken are removed.
  public func missingParts() throws(HubError) -> [Range<Int64>] {
    for offset in try partOffsets() where offset < length || part(from: offset).isEmpty {
      try Disk.remove(partPath(offset))
    }
    var (parts, offset): ([Range<Int64>], Int64) = ([], length)
    while let size, offset < size {
      parts.append(part(from: offset))
      offset = parts[parts.count - 1].upperBound
    }
    return parts
  }

  /// Opens a part, with the bytes of it that have arrived before.
  public func part(_ range: Range<Int64>) throws(HubError) -> ContentPart { try ContentPart(range, of: self) }

  /// Appends every part that is the next one and whole, and removes its file.
  public func takeParts() throws(HubError) {
    try taking.withLock { _ throws(HubError) in
      while let size, length < size {
        let (range, path) = (part(from: length), partPath(length))
        guard try Disk.status(path)?.size == Int64(range.count) else { return }
        try take(path)
        countAhead(-Int64(range.count))
        try Disk.remove(path)
      }
    }
  }

  private func take(_ path: String) throws(HubError) {
    guard let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW) else { return }
    var offset: Int64 = 0
    while true {
      let bytes = try file.read(at: offset, count: 1 << 20)
      if bytes.isEmpty { return }
      try bytes.withUnsafeBufferPointer { bytes throws(HubError) in try append(UnsafeRawBufferPointer(bytes)) }
      offset += Int64(bytes.count)
    }
  }

  /// Removes every part.
  func removeParts() throws(HubError) {
    for offset in try partOffsets() { try Disk.remove(partPath(offset)) }
  }
}
