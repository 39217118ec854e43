import Foundation
import HubModel
import HubTransport
import LFSClient

/// The body of a commit (`application/x-ndjson`), made while it is sent: however large the files, two blocks of one are in
/// memory.
struct CommitBody: ByteSource {
  /// A stretch of the body.
  private enum Piece: Sendable {
    case text([UInt8])
    /// A content in base64.
    case base64(ContentSource, size: Int64)

    var length: Int64 {
      switch self {
      case .text(let bytes): Int64(bytes.count)
      case .base64(_, let size): (size + 2) / 3 * 4
      }
    }
  }

  private let pieces: [Piece]

  /// The lines of `plan`, the header first, deletions before what may take their place.
  init(_ plan: CommitPlan, _ message: CommitMessage) throws(HubError) {
    let header = CommitLine.Header(
      summary: message.title, description: message.description, parentCommit: plan.parent?.hex)
    var pieces: [Piece] = [.text(try Self.line(.header(header)))]
    for item in plan.items(.deleted) {
      pieces.append(.text(try Self.line(.deletedFile(CommitLine.Entry(path: item.path.text)))))
    }
    for item in plan.effective where item.action != .deleted { pieces += try Self.pieces(item) }
    self.pieces = pieces
  }

  private static func pieces(_ item: CommitPlan.Item) throws(HubError) -> [Piece] {
    if let pointer = item.pointer {
      let file = CommitLine.LFSFile(path: item.path.text, oid: pointer.oid, size: pointer.size)
      return [.text(try line(.lfsFile(file)))]
    }
    guard case .local(let content, let identity) = item.source else { return [] }
    // The content takes the place of the empty text between the quotes.
    let whole = try line(.file(CommitLine.File(path: item.path.text, base64: "")))
    let mark = Array("\"content\":\"".utf8)
    guard let place = whole.firstRange(of: mark) else {
      throw HubError(.protocolViolation("a line of the commit cannot be written"))
    }
    let source = ContentSource(content, stamp: identity.stamp, range: 0..<identity.size)
    return [
      .text(Array(whole[..<place.upperBound])), .base64(source, size: identity.size),
      .text(Array(whole[place.upperBound...])),
    ]
  }

  private static func line(_ line: CommitLine) throws(HubError) -> [UInt8] {
    try HubClient.json(line) + [UInt8(ascii: "\n")]
  }

  /// - Throws: What opening a content does, so that one that has changed is found out before the request begins.
  func count() throws(HubError) -> Int64? {
    for case .base64(let source, _) in pieces { _ = try source.count() }
    return pieces.reduce(0) { $0 + $1.length }
  }

  func open() -> any ByteReader { Reader(rest: pieces[...]) }

  private struct Reader: ByteReader {
    var rest: ArraySlice<Piece>
    /// What has been made and not been sent.
    private var ready: ArraySlice<UInt8> = []
    /// The content that is being sent.
    private var content: (any ByteReader)?

    /// A multiple of three, so that only the last block of a content is padded.
    private static let blockLength = 3 << 16

    init(rest: ArraySlice<Piece>) { self.rest = rest }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(HubError) -> Int {
      while ready.isEmpty {
        guard try makeMore() else { return 0 }
      }
      let part = ready.prefix(buffer.count)
      buffer.copyBytes(from: part)
      ready = ready.dropFirst(part.count)
      return part.count
    }

    /// Makes the next bytes; `false` at the end.
    private mutating func makeMore() throws(HubError) -> Bool {
      if content != nil {
        let block = try nextBlock()
        if block.isEmpty { content = nil } else { ready = Array(Data(block).base64EncodedData())[...] }
        return true
      }
      switch rest.popFirst() {
      case .text(let bytes): ready = bytes[...]
      case .base64(let source, _): content = try source.open()
      case nil: return false
      }
      return true
    }

    /// The next bytes of the content, fewer than a whole block only at its end.
    private mutating func nextBlock() throws(HubError) -> [UInt8] {
      var block = [UInt8](repeating: 0, count: Self.blockLength)
      var filled = 0
      while filled < block.count, var reader = content {
        let count = try block.withUnsafeMutableBufferPointer { buffer throws(HubError) in
          try reader.read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...])))
        }
        content = reader
        if count == 0 { break }
        filled += count
      }
      return filled == block.count ? block : Array(block.prefix(filled))
    }
  }
}
