public import PythonJSON

/// A configuration, explained: what every value is and where it comes from, and what does not go together.
public struct ConfigReport: Sendable, Hashable {
  /// A key of the configuration.
  public struct Entry: Sendable, Hashable {
    /// The key.
    public let key: String
    /// Its value.
    public let value: JSONValue
    /// Whether the class knows the key.
    public let isKnown: Bool
    /// Whether the value is the class's default because the configuration had none.
    public let isDefaulted: Bool
    /// Whether the value equals the class's default, be it chosen or not.
    public let equalsDefault: Bool
  }

  /// Values that contradict each other, or that do nothing.
  public struct Finding: Sendable, Hashable {
    /// How much it matters.
    public enum Severity: String, Sendable, Hashable, Codable {
      /// A value does nothing, or something that is seldom meant.
      case warning
      /// What the scheduler makes of a model's output is not what the model was trained for.
      case error
    }

    /// The rule's name, for programs.
    public let rule: String
    /// What is wrong and what it does.
    public let problem: String
    /// What to do about it.
    public let remedy: String
    /// How much it matters.
    public let severity: Severity
  }

  /// The class.
  public let className: String
  /// Every key, those of the class first.
  public let entries: [Entry]
  /// What was found, in the order of the rules.
  public let findings: [Finding]
}

extension Scheduler {
  /// The configuration, explained.
  public var report: ConfigReport {
    let defaults = SchedulerRegistry.defaults(of: className)
    var known = config
    for key in unusedKeys { known[key] = nil }
    let findings = ConfigRule.all.filter { [known] in $0.applies(known) }.map(\.finding)
    return ConfigReport(
      className: className,
      entries: config.values.map { key, value in
        ConfigReport.Entry(
          key: key, value: value, isKnown: defaults?[key] != nil, isDefaulted: config.defaultedKeys.contains(key),
          equalsDefault: defaults?.defaultedKeys.contains(key) == true && defaults?[key] == value)
      }, findings: findings)
  }
}
