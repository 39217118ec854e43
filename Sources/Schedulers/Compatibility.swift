/// Which classes a scheduler's configuration can be handed to.
public enum Compatibility: Sendable, Hashable {
  /// All of `KarrasDiffusionSchedulers`, and the class itself.
  case karrasDiffusion
  /// The class alone.
  case alone
  /// These classes, and the class itself.
  case classes([String])
}
