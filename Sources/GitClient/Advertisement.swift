import HubModel

/// What a server answers first, `GET info/refs` (gitprotocol-http, "Smart Server Response").
enum Advertisement: Hashable, Sendable {
  /// Version 0: every ref, and what the server can do (gitprotocol-pack, "Reference Discovery").
  case references(RemoteReferences, Capabilities)
  /// Version 2: what the server can do; refs are asked for (gitprotocol-v2, "Capability Advertisement").
  case commands(Capabilities)

  /// What the server can do.
  var capabilities: Capabilities {
    switch self {
    case .references(_, let capabilities), .commands(let capabilities): capabilities
    }
  }

  /// Reads the body of an answer.
  ///
  /// - Throws: `protocolViolation` for what is not the answer of a git server; `repository` for one with object names
  ///   of another length than SHA-1's, or with the server's words if it reports an error; `limitExceeded` for too many
  ///   refs.
  init(_ body: [UInt8]) throws(HubError) {
    var lines = PacketReader(body)
    var first = try lines.nextOfWhole()
    if first?.text?.hasPrefix("# service=") == true {
      guard try lines.nextOfWhole() == .flush else { throw Self.unreadable }
      first = try lines.nextOfWhole()
    }
    // Version 1 is version 0 with a line before it.
    if first?.text == "version 1" { first = try lines.nextOfWhole() }
    guard let first else { throw Self.unreadable }
    if first.text == "version 2" {
      self = .commands(try Self.capabilities(&lines))
    } else {
      self = try Self.references(first, &lines)
    }
    let capabilities = self.capabilities
    if let format = capabilities.value("object-format"), format != "sha1" {
      throw HubError(.repository(reason: "its objects are named by \(format); only sha1 is understood"))
    }
  }

  private static var unreadable: HubError { HubError(.protocolViolation("no list of refs of a git server")) }

  private static func capabilities(_ lines: inout PacketReader) throws(HubError) -> Capabilities {
    var capabilities = Capabilities()
    while let line = try lines.nextOfWhole(), line != .flush {
      guard let text = line.text else { throw unreadable }
      capabilities.add(text)
    }
    return capabilities
  }

  private static func references(_ first: PacketLine, _ lines: inout PacketReader) throws(HubError) -> Advertisement {
    var (references, capabilities) = (RemoteReferences(), Capabilities())
    var next: PacketLine? = first
    var isFirst = true
    while let line = next, line != .flush {
      guard var text = line.text.map({ Substring($0) }) else { throw unreadable }
      if isFirst, let end = text.firstIndex(of: "\0") {
        for word in text[text.index(after: end)...].split(separator: " ") { capabilities.add(word) }
        text = text[..<end]
      }
      isFirst = false
      if !text.hasPrefix("shallow ") { try references.add(line: text) }
      next = try lines.nextOfWhole()
    }
    guard next == .flush else { throw unreadable }
    references.head = capabilities.headTarget ?? references.guessedHead
    return .references(references, capabilities)
  }
}
