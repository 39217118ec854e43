public import PythonJSON

/// The configuration of a scheduler: keys and JSON values, as `scheduler_config.json` has them.
///
/// A configuration is open. It keeps keys that its scheduler does not know, because another class may: a swap to that
/// class and back loses nothing. It also remembers which values are only its scheduler's defaults; another class then
/// takes its own defaults for them, as in `diffusers`. What was read from a file is never a default.
///
/// ```swift
/// let config: SchedulerConfig = ["beta_schedule": "scaled_linear", "steps_offset": 1]
/// let dpm = try DPMSolverMultistepScheduler(config: DDIMScheduler(config: config).config)
/// ```
public struct SchedulerConfig: Sendable, Hashable {
  /// The name of a configuration's file in a repository.
  public static let fileName = "scheduler_config.json"
  /// The version of `diffusers` that ``encoded()`` writes as, and whose keys and defaults the schedulers have.
  public static let diffusersVersion = "0.42.1"

  /// The class that the configuration is for; `nil` when it names none.
  public var className: String?
  /// Keys and values, without the class and the version.
  public private(set) var values: JSONObject
  /// The keys whose values are defaults of the scheduler that the configuration comes from.
  public private(set) var defaultedKeys: Set<String>

  /// A configuration without values.
  public init() { self.init(JSONObject()) }

  /// A configuration of these values.
  public init(className: String? = nil, _ values: JSONObject) {
    (self.className, self.values, defaultedKeys) = (className, values, [])
  }

  /// The configuration of a scheduler.
  init(of className: String, _ values: JSONObject, defaulted: Set<String>) {
    (self.className, self.values, defaultedKeys) = (className, values, defaulted)
  }

  /// The same configuration for a class that has the same keys with the same defaults.
  func renamed(_ className: String) -> SchedulerConfig {
    SchedulerConfig(of: className, values, defaulted: defaultedKeys)
  }

  /// The keys, in order.
  public var keys: [String] { values.keys }

  /// The value of a key; setting it makes it a choice and not a default, and `nil` removes it.
  public subscript(key: String) -> JSONValue? {
    get { values[key] }
    set {
      values[key] = newValue
      defaultedKeys.remove(key)
    }
  }

  /// The configuration with some values replaced.
  public func merging(_ overrides: SchedulerConfig) -> SchedulerConfig {
    var merged = self
    for (key, value) in overrides.values { merged[key] = value }
    return merged
  }
}

extension SchedulerConfig: ExpressibleByDictionaryLiteral {
  /// A configuration of these values, without a class.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    self.init()
    for (key, value) in members { self[key] = value }
  }
}
