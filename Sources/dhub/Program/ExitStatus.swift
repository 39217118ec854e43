import HubModel
import Scheduling

/// How the program ends, by the kind of what happened.
enum ExitStatus: Int32, CaseIterable, Sendable {
  case done = 0
  case other = 1
  case notFound = 3
  case authorization = 4
  case network = 5
  case integrity = 6
  case disk = 7
  case offline = 8
  case conflict = 9
  case unsafe = 10
  case usage = 64
  case interrupted = 130
  case outputClosed = 141
  case terminated = 143

  /// The kind, for the help and the documentation.
  var meaning: String {
    switch self {
    case .done: "done"
    case .other: "another failure"
    case .notFound: "not found"
    case .authorization: "no access"
    case .network: "network or timeout"
    case .integrity: "wrong bytes"
    case .disk: "local disk or permission"
    case .offline: "offline and missing"
    case .conflict: "conflict"
    case .unsafe: "unsafe input"
    case .usage: "wrong arguments or settings"
    case .interrupted: "interrupted"
    case .outputClosed: "nobody reads the output"
    case .terminated: "terminated"
    }
  }

  /// The status for a failure of the hub's half.
  init(_ code: HubError.Code) {
    switch code {
    case .invalidArgument, .configuration: self = .usage
    case .unsafePath, .limitExceeded, .checkpoint, .unsafeCheckpoint: self = .unsafe
    case .repositoryNotFound, .revisionNotFound, .entryNotFound: self = .notFound
    case .gated, .disabled, .unauthorized, .tokenRequired, .forbidden, .rejected: self = .authorization
    case .rateLimited, .status, .network, .timeout, .protocolViolation, .uncertain: self = .network
    case .integrity: self = .integrity
    case .notCached, .offline: self = .offline
    case .cache, .repository, .lockTimeout, .diskFull, .readOnly, .permission, .system: self = .disk
    case .conflict: self = .conflict
    case .cancelled: self = .interrupted
    }
  }

  /// The status for a failure of the schedulers' half.
  init(_ code: SchedulerError.Code) {
    switch code {
    case .argument: self = .usage
    case .limit: self = .unsafe
    case .syntax, .configuration, .shape, .order, .noise, .unknownClass: self = .other
    }
  }
}
