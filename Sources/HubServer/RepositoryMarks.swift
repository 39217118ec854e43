import HubGit
import HubModel

/// What the configuration of a bare repository says about who may read it.
///
/// | key | value |
/// | --- | --- |
/// | `hub.private` | `true`: only its owner and readers know that it exists |
/// | `hub.gated` | `manual` or `auto`: only its owner and readers get its content |
/// | `hub.reader` | a user or an organisation; may occur several times |
/// | `hub.disabled` | `true`: nobody may read it |
///
/// The owner is the user or the organisation of that name. A value that is none of these closes the repository rather
/// than opening it.
struct RepositoryMarks: Hashable, Sendable {
  var isPrivate = false
  var gate = RepositoryInfo.Gate.open
  var isDisabled = false
  var readers: Set<String> = []

  init(isPrivate: Bool = false, gate: RepositoryInfo.Gate = .open, isDisabled: Bool = false, readers: Set<String> = [])
  {
    (self.isPrivate, self.gate, self.isDisabled, self.readers) = (isPrivate, gate, isDisabled, readers)
  }

  init(_ repository: borrowing GitRepository) throws(HubError) {
    isPrivate = Self.isSet(try repository.settings("hub.private").last)
    isDisabled = Self.isSet(try repository.settings("hub.disabled").last)
    readers = Set(try repository.settings("hub.reader"))
    let gate = try repository.settings("hub.gated").last
    self.gate = Self.isSet(gate) ? (gate == "auto" ? .auto : .manual) : .open
  }

  private static func isSet(_ value: String?) -> Bool {
    !["false", "no", "off", "0", ""].contains((value ?? "false").lowercased())
  }
}

/// Whether a request may go on.
enum Verdict: Hashable, Sendable {
  case allowed
  /// As if the repository were not there.
  case hidden
  /// It is there, but its content is for others.
  case gated
  case disabled

  /// Decides for `caller`, who is `nil` without a token.
  init(_ marks: RepositoryMarks, of id: RepositoryID, for caller: Account?, needsContent: Bool) {
    let isInside = caller?.isInside(id, marks) == true
    if marks.isPrivate && !isInside {
      self = .hidden
    } else if marks.isDisabled {
      self = .disabled
    } else if marks.gate != .open && needsContent && !isInside {
      self = .gated
    } else {
      self = .allowed
    }
  }
}
