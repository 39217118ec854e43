import Foundation
import HTTPTypes
import HubGit
import HubModel

/// Bytes of a spool file.
struct SpooledBytes: Hashable, Sendable {
  let offset: Int64
  let length: Int64
}

/// One line of a commit after its header, checked.
enum CommitOperation: Hashable, Sendable {
  case file(RepositoryPath, SpooledBytes)
  /// A size is missing for copies on the hub itself.
  case lfsFile(RepositoryPath, oid: String, size: Int64?)
  case deletedFile(RepositoryPath)
  case deletedFolder(RepositoryPath)
  case copyFile(RepositoryPath, from: RepositoryPath, Revision?)
}

/// Takes the body of a commit apart while it arrives: lines of JSON of any length.
///
/// A line is kept in memory but for the text of its `content`: what of that is longer than ``textInMemory`` is decoded
/// as it comes, and all contents go to one file without a name. So memory is flat, whatever is sent, and an end at any
/// moment leaves nothing.
struct CommitScanner: Sendable {
  /// A longer text must be base64.
  static let textInMemory = 1 << 20
  /// The longest line without its content, in bytes.
  static let longestLine = 1 << 20
  /// The most lines.
  static let mostOperations = 100_000

  private enum Place {
    /// Between strings.
    case outside
    /// In a string; whether the next byte is escaped.
    case string(isEscaped: Bool)
    /// In the text of the content, of which this much is in the line.
    case content(from: Int, isEscaped: Bool)
    /// In the text of the content, which is decoded as it comes.
    case spooling(Base64Decoder, from: Int64)
  }

  private let spool: Spool
  private var file: ServedFile?
  private var length: Int64 = 0
  private(set) var header: CommitLine.Header?
  private(set) var operations: [CommitOperation] = []

  private var line: [UInt8] = []
  private var place = Place.outside
  private var depth = 0
  private var stringStart = 0
  /// Whether the last string was `content`, and whether a colon came after it.
  private var isContentKey = false, isContentNext = false
  private var spooled: SpooledBytes?
  private var lineNumber = 1

  init(spool: Spool) { self.spool = spool }

  /// The contents; `nil` if there is none.
  var contents: ServedFile? { file }

  /// How much of the body is in memory.
  var bytesInMemory: Int { line.count }

  /// Takes the next piece of the body.
  ///
  /// - Throws: ``Refusal`` for what is no commit.
  mutating func take(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      switch place {
      case .spooling: try takeSpooled(&rest)
      case .string, .content: try takeString(&rest)
      case .outside: try takeOutside(&rest)
      }
    }
  }

  /// The end of the body; the last line needs no end.
  mutating func finish() throws {
    try endLine()
    guard header != nil else { throw refusal("it has no header") }
  }

  private mutating func takeOutside(_ rest: inout Slice<UnsafeRawBufferPointer>) throws {
    guard let byte = rest.popFirst() else { return }
    if byte == UInt8(ascii: "\n") { return try endLine() }
    try append(byte)
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    case UInt8(ascii: ":"): isContentNext = isContentKey
    case UInt8(ascii: ","): isContentNext = false
    case UInt8(ascii: "\""):
      stringStart = line.count
      place = isContentNext && depth == 2 ? .content(from: line.count, isEscaped: false) : .string(isEscaped: false)
      return
    default: return
    }
    isContentKey = false
  }

  private mutating func takeString(_ rest: inout Slice<UnsafeRawBufferPointer>) throws {
    while let byte = rest.popFirst() {
      // No string has a line end in it that is not escaped.
      if byte == UInt8(ascii: "\n") { return try endLine() }
      try append(byte)
      switch place {
      case .string(isEscaped: true): place = .string(isEscaped: false)
      case .content(let start, isEscaped: true): place = .content(from: start, isEscaped: false)
      case .string where byte == UInt8(ascii: "\\"): place = .string(isEscaped: true)
      case .content(let start, _) where byte == UInt8(ascii: "\\"): place = .content(from: start, isEscaped: true)
      case .string where byte == UInt8(ascii: "\""), .content where byte == UInt8(ascii: "\""): return endString()
      case .content(let start, _) where line.count - start > Self.textInMemory: return try beginSpooling(from: start)
      default: break
      }
    }
  }

  private mutating func endString() {
    isContentKey = line[stringStart...].dropLast().elementsEqual("content".utf8)
    isContentNext = false
    place = .outside
  }

  /// From here on the text is not kept: it must be base64, which is decoded piece by piece.
  private mutating func beginSpooling(from start: Int) throws {
    guard spooled == nil else { throw refusal("it has two contents") }
    let text = Array(line[start...])
    line.removeSubrange(start...)
    place = .spooling(Base64Decoder(), from: length)
    try text.withUnsafeBytes { try decode($0) }
  }

  private mutating func takeSpooled(_ rest: inout Slice<UnsafeRawBufferPointer>) throws {
    let end = rest.firstIndex(of: UInt8(ascii: "\""))
    try decode(UnsafeRawBufferPointer(rebasing: rest[..<(end ?? rest.endIndex)]))
    guard let end else { return rest = rest[rest.endIndex...] }
    rest = rest[(end + 1)...]
    guard case .spooling(var decoder, let start) = place else { return }
    guard (try? decoder.finish()) != nil else { throw notBase64 }  // the refusal says it
    spooled = SpooledBytes(offset: start, length: length - start)
    line.append(UInt8(ascii: "\""))
    place = .outside
    isContentNext = false
  }

  private mutating func decode(_ text: UnsafeRawBufferPointer) throws {
    guard case .spooling(var decoder, let start) = place else { return }
    var bytes: [UInt8] = []
    do { try decoder.decode(text, into: &bytes) } catch { throw notBase64 }
    place = .spooling(decoder, from: start)
    try store(bytes)
  }

  private mutating func store(_ bytes: [UInt8]) throws {
    let file = try file ?? spool.empty()
    self.file = file
    let written: Result<Void, HubError> = bytes.withUnsafeBytes { bytes in
      Result { () throws(HubError) in try writeAll(bytes, to: file.descriptor, spool.directory) }
    }
    try written.get()
    length += Int64(bytes.count)
  }

  private mutating func append(_ byte: UInt8) throws {
    line.append(byte)
    let isContent = if case .content = place { true } else { false }
    guard isContent || line.count <= Self.longestLine + Self.textInMemory else {
      throw Refusal(.contentTooLarge, "Line \(lineNumber) of the commit is too long without its content")
    }
  }

  private mutating func endLine() throws {
    defer {
      line.removeAll(keepingCapacity: line.capacity <= Self.textInMemory)
      (place, depth, isContentKey, isContentNext, spooled) = (.outside, 0, false, false, nil)
      lineNumber += 1
    }
    if case .spooling = place { throw refusal("it ends in the middle of a content") }
    guard line.contains(where: { !" \t\r".utf8.contains($0) }) else { return }
    let parsed: CommitLine
    do {
      parsed = try JSONDecoder().decode(StrictCommitLine.self, from: Data(line)).line
    } catch let flaw as StrictCommitLine.Flaw {
      throw refusal(flaw.reason)
    } catch {
      throw refusal("it is not JSON of the form {\"key\": …, \"value\": {…}} with a key that is known here")
    }
    try add(parsed)
  }

  private mutating func add(_ parsed: CommitLine) throws {
    if case .header(let value) = parsed {
      guard header == nil, operations.isEmpty else { throw refusal("the header comes first, and once") }
      return header = value
    }
    guard header != nil else { throw refusal("the header comes first") }
    guard operations.count < Self.mostOperations else {
      throw Refusal(.contentTooLarge, "A commit has at most \(Self.mostOperations) operations; make several")
    }
    switch parsed {
    case .header: break
    case .file(let file): operations.append(.file(try path(file.path), try content(file)))
    case .lfsFile(let file):
      guard file.algo == "sha256", LFSPointer.isObjectID(file.oid), file.size ?? 0 >= 0 else {
        throw refusal(
          "an lfsFile needs the algo sha256, an oid of 64 lowercase digits, and a size that is not negative")
      }
      operations.append(.lfsFile(try path(file.path), oid: file.oid, size: file.size))
    case .deletedFile(let entry): operations.append(.deletedFile(try path(entry.path)))
    case .deletedFolder(let entry):
      let isOpen = entry.path.utf8.last == UInt8(ascii: "/")
      operations.append(.deletedFolder(try path(isOpen ? String(entry.path.dropLast()) : entry.path)))
    case .copyFile(let copy):
      operations.append(
        .copyFile(try path(copy.path), from: try path(copy.srcPath), try copy.srcRevision.map { try Revision($0) }))
    }
  }

  private func path(_ text: String) throws(HubError) -> RepositoryPath { try RepositoryPath(text) }

  private mutating func content(_ file: CommitLine.File) throws -> SpooledBytes {
    if let spooled {
      guard file.content.isEmpty else { throw refusal("it has two contents") }
      guard file.encoding == "base64" else { throw refusal("a content of this length must be in base64") }
      return spooled
    }
    var bytes: [UInt8] = []
    switch file.encoding {
    case "utf-8": bytes = Array(file.content.utf8)
    case "base64":
      var decoder = Base64Decoder()
      var text = file.content
      do {
        try text.withUTF8 { try decoder.decode(UnsafeRawBufferPointer($0), into: &bytes) }
        try decoder.finish()
      } catch {
        throw notBase64
      }
    default: throw refusal("the encoding is neither base64 nor utf-8")
    }
    let start = length
    if !bytes.isEmpty { try store(bytes) }
    return SpooledBytes(offset: start, length: Int64(bytes.count))
  }

  private var notBase64: Refusal { refusal("its content is not base64") }

  private func refusal(_ reason: String) -> Refusal {
    Refusal.badRequest("Line \(lineNumber) of the commit cannot be used: \(reason)")
  }
}
