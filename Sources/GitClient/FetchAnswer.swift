import HubModel

/// Reads the answer to `fetch` in version 2 line by line (gitprotocol-v2, "fetch"): sections about history, which are
/// passed over, then the pack in bands. Holds nothing.
struct FetchAnswer {
  private enum Place {
    case section
    case pack
    case end
  }

  /// What a line brings.
  enum Part: Hashable {
    /// A piece of the pack.
    case pack(ArraySlice<UInt8>)
    /// The server's words about its work.
    case message(String)
    /// Nothing to keep.
    case none
  }

  private var place = Place.section
  /// Lines before the pack; there is one for each commit where history is cut off.
  private var linesBefore = 0
  private static let mostLinesBefore = 10_000

  /// Whether the answer has come to its end.
  var isComplete: Bool { place == .end }

  /// Takes the next line.
  ///
  /// - Throws: `protocolViolation` for a line out of place; `repository` with the server's words if it gave up;
  ///   `limitExceeded` for an answer that never comes to its pack.
  mutating func take(_ line: PacketLine) throws(HubError) -> Part {
    switch (place, line) {
    case (.section, .data):
      try line.throwIfError()
      linesBefore += 1
      guard linesBefore <= Self.mostLinesBefore else {
        throw HubError(.limitExceeded("more than \(Self.mostLinesBefore) lines before a pack"))
      }
      if line.text == "packfile" { place = .pack }
      return .none
    case (.section, .delimiter): return .none
    case (.pack, .data(let bytes)): return try Self.part(SideBand(bytes))
    case (.pack, .flush):
      place = .end
      return .none
    default: throw HubError(.protocolViolation("an answer to 'fetch' that is not in order"))
    }
  }

  private static func part(_ band: SideBand) throws(HubError) -> Part {
    switch band {
    case .data(let bytes): .pack(bytes)
    case .message(let text): .message(text)
    case .failure(let text):
      throw HubError(.repository(reason: "the server gave up"), context: HubError.Context(serverMessage: text))
    }
  }
}

/// What stands in a line when several streams share one (gitprotocol-pack, "Packfile Data"; `side-band-64k`).
enum SideBand: Hashable {
  /// Band 1: the answer itself.
  case data(ArraySlice<UInt8>)
  /// Band 2: words for the person who waits.
  case message(String)
  /// Band 3: why the server stops.
  case failure(String)

  /// Reads the line's bytes.
  ///
  /// - Throws: `protocolViolation` for a band that there is not.
  init(_ bytes: [UInt8]) throws(HubError) {
    switch bytes.first {
    case 1: self = .data(bytes.dropFirst())
    case 2: self = .message(String(decoding: bytes.dropFirst(), as: UTF8.self))
    case 3: self = .failure(Self.trimmed(String(decoding: bytes.dropFirst(), as: UTF8.self)))
    default: throw HubError(.protocolViolation("a side band of git that does not exist"))
    }
  }

  /// `text` without line ends at its end.
  static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
