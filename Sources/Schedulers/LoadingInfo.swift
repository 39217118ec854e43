/// What became of the keys of a configuration when a scheduler was made of it: `output_loading_info`.
public struct SchedulerLoadingInfo: Sendable, Hashable {
  /// The keys of the class that the configuration did not have; they have their defaults.
  public var missingKeys: [String]
  /// The keys that neither the class nor one compatible with it has; they are kept, and mean nothing. Those that begin
  /// with an underscore are not counted.
  public var unexpectedKeys: [String]
  /// What could not be loaded; always empty, for what cannot be loaded is an error.
  public var errorMessages: [String]

  /// An account of a loading.
  public init(missingKeys: [String] = [], unexpectedKeys: [String] = [], errorMessages: [String] = []) {
    (self.missingKeys, self.unexpectedKeys, self.errorMessages) = (missingKeys, unexpectedKeys, errorMessages)
  }
}

extension Scheduler {
  /// The keys whose values are the class's defaults, in the order of the configuration.
  public var defaultedKeys: [String] { config.keys.filter(config.defaultedKeys.contains) }

  /// The keys that the class does not know, which are kept for classes that do: `return_unused_kwargs`.
  public var unusedKeys: [String] {
    let known = SchedulerRegistry.defaults(of: className)
    return config.keys.filter { known?[$0] == nil }
  }

  /// What became of the configuration's keys.
  public var loadingInfo: SchedulerLoadingInfo {
    let related = compatibles.lazy.compactMap { SchedulerRegistry.defaults(of: $0.className) }
    return SchedulerLoadingInfo(
      missingKeys: defaultedKeys,
      unexpectedKeys: unusedKeys.filter { key in !key.hasPrefix("_") && !related.contains { $0[key] != nil } })
  }
}
