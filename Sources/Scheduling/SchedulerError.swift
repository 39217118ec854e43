/// Why a scheduler could not be made, planned or stepped: a code for programs, and two sentences for people.
///
/// The description reads `code: problem; remedy`, as in
/// `argument: steps is 0, not an integer of at least 1; ask for at least one step`.
public struct SchedulerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is.
  public enum Code: String, Sendable, Hashable, Codable {
    /// A configuration's bytes are not the JSON they should be.
    case syntax
    /// A configuration's value has the wrong type or range, or contradicts another.
    case configuration
    /// An argument of a call is out of range or contradicts another.
    case argument
    /// Tensors whose shapes do not fit each other.
    case shape
    /// A step that is not the next one, or one after the last.
    case order
    /// A stochastic step without a source of noise.
    case noise
    /// Something larger than any honest input.
    case limit
    /// A class name that no scheduler has.
    case unknownClass
  }

  /// The kind of mistake.
  public let code: Code
  /// What is wrong: the name, the value, and what is allowed.
  public let problem: String
  /// What to do about it.
  public let remedy: String

  /// An error of this kind.
  public init(_ code: Code, _ problem: String, _ remedy: String) {
    (self.code, self.problem, self.remedy) = (code, problem, remedy)
  }

  /// The code and both sentences.
  public var description: String { "\(code.rawValue): \(problem); \(remedy)" }
}

extension SchedulerError {
  /// Tensors that do not fit.
  public static func shape(_ problem: String, _ remedy: String) -> Self { Self(.shape, problem, remedy) }

  /// An argument that is not what it must be.
  public static func argument(_ name: String, _ value: some Any, wants: String, _ remedy: String) -> Self {
    Self(.argument, "\(name) is \(value), not \(wants)", remedy)
  }

  /// A step that is not the next one.
  public static func order(_ problem: String, _ remedy: String) -> Self { Self(.order, problem, remedy) }
}
