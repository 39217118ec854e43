extension CommitPlan {
  /// The plan for people: a line for each file that would change, then what it comes to.
  ///
  ///     add      unet/model.safetensors    3438167540 bytes, LFS
  ///     change   README.md                       1204 bytes
  ///     delete   unet/model.bin
  ///     on 5a1c…: 1 added, 1 changed, 1 deleted, 4 unchanged; at most 3438168744 bytes to send, 3438167540 of them to LFS
  public var text: String {
    guard !isEmpty else { return "Nothing to change\(parenthesis)." }
    let width = effective.map { $0.path.text.unicodeScalars.count }.max() ?? 0
    let digits = effective.map { "\($0.size)".count }.max() ?? 0
    return (effective.map { Self.line($0, width: width, digits: digits) } + [summary]).joined(separator: "\n")
  }

  /// What the plan comes to, in a line.
  public var summary: String {
    let counts = [Action.added, .changed, .deleted, .unchanged, .ignored].compactMap { action in
      let count = items(action).count
      return count == 0 ? nil : "\(count) \(action.rawValue)"
    }
    let large = objects.reduce(0) { $0 + $1.pointer.size }
    let amount = "at most \(bytesToSend) bytes to send" + (large > 0 ? ", \(large) of them to LFS" : "")
    return "on \(parent?.hex ?? "nothing"): \(counts.joined(separator: ", ")); \(amount)"
  }

  private var parenthesis: String {
    let (same, ignored) = (items(.unchanged).count, items(.ignored).count)
    let words = [same > 0 ? "\(same) unchanged" : nil, ignored > 0 ? "\(ignored) ignored" : nil].compactMap(\.self)
    return words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
  }

  private static func line(_ item: Item, width: Int, digits: Int) -> String {
    let verb = item.action == .added ? "add   " : item.action == .changed ? "change" : "delete"
    guard item.action != .deleted else { return "\(verb)   \(item.path)" }
    let padding = String(repeating: " ", count: width - item.path.text.unicodeScalars.count)
    let size = "\(item.size)"
    let indent = String(repeating: " ", count: digits - size.count)
    return "\(verb)   \(item.path)\(padding)   \(indent)\(size) bytes" + (item.storage == .lfs ? ", LFS" : "")
  }
}

extension CommitPlan: Encodable {
  private enum Keys: String, CodingKey {
    case parent, files
    case bytesToSend = "bytes_to_send"
  }

  /// Writes `{"parent": …, "files": [{"path", "action", "storage", "size", "oid"}], "bytes_to_send": …}`.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Keys.self)
    try fields.encode(parent?.hex, forKey: .parent)
    try fields.encode(items.map(Record.init), forKey: .files)
    try fields.encode(bytesToSend, forKey: .bytesToSend)
  }

  private struct Record: Encodable {
    let path: String
    let action: Action
    let storage: Storage?
    let size: Int64?
    let oid: String?

    init(_ item: Item) {
      (path, action) = (item.path.text, item.action)
      let isContent = item.source != nil
      (storage, size) = (isContent ? item.storage : nil, isContent ? item.size : nil)
      switch item.source {
      case .local(_, let identity): oid = item.storage == .lfs ? identity.sha256 : identity.blob
      case .remote(let pointer): oid = pointer.oid
      case nil: oid = nil
      }
    }
  }
}
