import HubGit
import HubModel
import Schedulers
import Scheduling

/// What a hub that knows what it stores says about the scheduler configurations in a commit.
///
/// The configuration of the repository says what becomes of one that is broken: `hub.validate` is `refuse` (the default),
/// `warn` or `off`.
struct ConfigurationCheck: Sendable {
  /// The name that makes a file a scheduler's configuration.
  static let fileName = "scheduler_config.json"
  /// The longest file that is read, in bytes.
  static let longestFile = 1 << 20

  /// A flaw of one file.
  struct Flaw: Hashable, Sendable {
    let path: RepositoryPath
    /// The rule's name, for programs.
    let rule: String
    /// What is wrong, and what to do about it.
    let sentence: String
    /// Whether it makes the configuration unusable.
    let isError: Bool

    var text: String { "\(path): \(rule): \(sentence)" }
  }

  /// Every flaw, errors first.
  let flaws: [Flaw]
  private let mode: String

  /// Reads the configurations that `new` has and `old` has not, or has with another content.
  init(_ repository: borrowing GitRepository, from old: CommitID?, to new: CommitID) throws(HubError) {
    let setting = try repository.settings("hub.validate").last?.lowercased() ?? "refuse"
    var flaws: [Flaw] = []
    if setting != "off" {
      for entry in try repository.changedFiles(named: Self.fileName, from: old, to: new) {
        flaws += try Self.flaws(of: entry, repository)
      }
    }
    (self.flaws, mode) = (flaws.filter(\.isError) + flaws.filter { !$0.isError }, setting)
  }

  /// Why the commit is refused; `nil` if it is not.
  var refusal: String? {
    let errors = flaws.filter(\.isError)
    guard mode != "warn", !errors.isEmpty else { return nil }
    return errors.map(\.text).joined(separator: "\n")
      + "\nA scheduler made of this would fail or make noise; to let it in, the hub's operator can set hub.validate to warn."
  }

  /// What a commit that is not refused has to be told.
  var warnings: String { flaws.map { "warning: " + $0.text }.joined(separator: "\n") }

  private static func flaws(of entry: GitEntry, _ repository: borrowing GitRepository) throws(HubError) -> [Flaw] {
    func flaw(_ rule: String, _ sentence: String, isError: Bool = true) -> Flaw {
      Flaw(path: entry.path, rule: rule, sentence: sentence, isError: isError)
    }
    guard let content = try repository.contents(of: [entry])[0] else { return [] }
    guard content.pointer == nil, content.blobSize <= longestFile else {
      return [flaw("limit", "a configuration is a text of at most \(longestFile) bytes; keep it out of LFS")]
    }
    let bytes = try repository.bytes(of: entry.id, limit: longestFile)
    do throws(SchedulerError) {
      let scheduler = try AnyScheduler(config: SchedulerConfig(json: bytes, source: entry.path.text))
      return scheduler.base.report.findings.map {
        flaw($0.rule, "\($0.problem); \($0.remedy)", isError: $0.severity == .error)
      }
    } catch {
      // A class of somebody's own is not broken: it is only not ours.
      return [flaw(error.code.rawValue, "\(error.problem); \(error.remedy)", isError: error.code != .unknownClass)]
    }
  }
}
