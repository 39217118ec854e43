import PythonJSON
import Scheduling

/// Reads the keys of one class from a configuration: each with its type, its range and its default, which a class says
/// here and nowhere else.
///
/// What was read becomes the scheduler's own configuration. A value keeps the form that it has (`1000.0` stays a float),
/// so that it is written back as it was.
struct ConfigReader {
  private let given: SchedulerConfig
  private var values = JSONObject()
  private var defaulted: Set<String> = []

  init(_ config: SchedulerConfig) { given = config }

  /// What `read` makes of the keys of a configuration, and the configuration with every key that it read.
  static func read<Keys>(
    _ config: SchedulerConfig, for scheduler: (some Scheduler).Type,
    _ read: (inout ConfigReader) throws(SchedulerError) -> Keys
  ) throws(SchedulerError) -> (Keys, SchedulerConfig) {
    var reader = ConfigReader(config)
    let keys = try read(&reader)
    return (keys, reader.config(of: scheduler))
  }

  /// The configuration of a scheduler of this class: every key that was read, then those that it does not know.
  func config(of scheduler: (some Scheduler).Type) -> SchedulerConfig {
    var values = values
    for (key, value) in given.values where values[key] == nil && !given.defaultedKeys.contains(key) {
      values[key] = value
    }
    return SchedulerConfig(of: scheduler.className, values, defaulted: defaulted)
  }

  /// The value of a key: `nil` for the default, which is noted.
  private mutating func value(_ key: String, default fallback: JSONValue) -> JSONValue? {
    if let value = given[key], !given.defaultedKeys.contains(key) {
      values[key] = value
      return value
    }
    values[key] = fallback
    defaulted.insert(key)
    return nil
  }

  private func refusal(_ key: String, _ value: JSONValue, wants: String) -> SchedulerError {
    SchedulerError(
      .configuration, "\(key) is \(excerpt(of: value)), not \(wants)", "correct the value, or leave the key out")
  }
}

extension ConfigReader {
  /// Training steps beyond any model's, which tables would be made for.
  static let mostTrainingSteps = 1_000_000

  /// `true` or `false`; nothing else is a truth value, least of all a string.
  mutating func flag(_ key: String, default fallback: Bool = false) throws(SchedulerError) -> Bool {
    guard let value = value(key, default: .bool(fallback)) else { return fallback }
    guard let flag = value.bool else { throw refusal(key, value, wants: "true or false") }
    return flag
  }

  /// A truth value of a key that is not one of the class's, and that counts all the same where it is given.
  func unlistedFlag(_ key: String) throws(SchedulerError) -> Bool? {
    guard let value = given[key], !given.defaultedKeys.contains(key), value != .null else { return nil }
    guard let flag = value.bool else { throw refusal(key, value, wants: "true or false") }
    return flag
  }

  /// A whole number; a float counts as one if it is whole.
  mutating func integer(
    _ key: String, default fallback: Int, in range: ClosedRange<Int> = 0...Int.max
  ) throws(SchedulerError) -> Int {
    guard let value = value(key, default: .integer(fallback)) else { return fallback }
    return try integer(value, key, in: range)
  }

  /// A whole number of a key that has no default.
  mutating func requiredInteger(_ key: String, in range: ClosedRange<Int>) throws(SchedulerError) -> Int {
    try integer(required(key), key, in: range)
  }

  /// A finite number of a key that has no default.
  mutating func requiredNumber(
    _ key: String, in range: ClosedRange<Double> = -Double.infinity ... .infinity
  ) throws(SchedulerError) -> Double {
    try number(required(key), key, in: range, or: nil)
  }

  /// One of the names of an enumeration, of a key that has no default.
  mutating func requiredChoice<Choice: RawRepresentable & CaseIterable>(
    _ key: String
  ) throws(SchedulerError) -> Choice where Choice.RawValue == String {
    try choice(required(key), key, of: Array(Choice.allCases))
  }

  /// The value of a key that has no default.
  private mutating func required(_ key: String) throws(SchedulerError) -> JSONValue {
    guard let value = given[key] else {
      throw SchedulerError(.configuration, "\(key) is missing", "add the key: the class has no default for it")
    }
    values[key] = value
    return value
  }

  /// A whole number, or none, which is the default.
  mutating func optionalInteger(
    _ key: String, in range: ClosedRange<Int> = 0...Int.max
  ) throws(SchedulerError) -> Int? {
    guard let value = value(key, default: .null), value != .null else { return nil }
    return try integer(value, key, in: range)
  }

  private func integer(_ value: JSONValue, _ key: String, in range: ClosedRange<Int>) throws(SchedulerError) -> Int {
    let upper = range.upperBound == .max ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    let wants = "an integer \(range.upperBound == .max ? "of " : "from ")\(upper)"
    switch value {
    case .bigInteger:
      throw SchedulerError(.limit, "\(key) is \(excerpt(of: value)), not \(wants)", "use a smaller number")
    case .integer, .double:
      guard let number = value.number, let integer = Int(exactly: number) else {
        throw refusal(key, value, wants: wants)
      }
      guard integer <= range.upperBound || range.upperBound < Self.mostTrainingSteps else {
        throw SchedulerError(.limit, "\(key) is \(integer), not \(wants)", "use a smaller number")
      }
      guard range.contains(integer) else { throw refusal(key, value, wants: wants) }
      return integer
    default: throw refusal(key, value, wants: wants)
    }
  }

  /// Whole numbers from 0 on, none unless given.
  mutating func integers(_ key: String) throws(SchedulerError) -> [Int] {
    guard let value = value(key, default: []) else { return [] }
    guard let list = value.array else { throw refusal(key, value, wants: "a list of integers of at least 0") }
    return try list.enumerated().map { index, element throws(SchedulerError) in
      try integer(element, "\(key)[\(index)]", in: 0...Int.max)
    }
  }

  /// `null` and nothing else, for a key that is not supported.
  mutating func nothing(_ key: String, because reason: String) throws(SchedulerError) {
    guard let value = value(key, default: .null), value != .null else { return }
    throw refusal(key, value, wants: "null: \(reason)")
  }

  /// A finite number of a range.
  ///
  /// - Parameter isWhole: Whether the default is an integer in Python, and is written without a point.
  mutating func number(
    _ key: String, default fallback: Double, in range: ClosedRange<Double> = -Double.infinity ... .infinity,
    isWhole: Bool = false
  ) throws(SchedulerError) -> Double {
    let written: JSONValue = isWhole ? .integer(Int(fallback)) : .double(fallback)
    guard let value = value(key, default: written) else { return fallback }
    return try number(value, key, in: range, or: fallback)
  }

  /// A finite number of a range, or none, which is the default unless there is another.
  mutating func optionalNumber(
    _ key: String, default fallback: Double? = nil, in range: ClosedRange<Double> = -Double.infinity ... .infinity
  ) throws(SchedulerError) -> Double? {
    guard let value = value(key, default: fallback.map(JSONValue.double) ?? .null) else { return fallback }
    guard value != .null else { return nil }
    return try number(value, key, in: range, or: nil)
  }

  /// - Parameter special: A value that may be given although it is not finite.
  private func number(
    _ value: JSONValue, _ key: String, in range: ClosedRange<Double>, or special: Double?
  ) throws(SchedulerError) -> Double {
    let bounds = [range.lowerBound, range.upperBound].map { String(pythonRepresentation(of: $0)) }
    let wants =
      switch (range.lowerBound.isFinite, range.upperBound.isFinite) {
      case (true, true): "a number from \(bounds[0]) to \(bounds[1])"
      case (true, false): "a number of at least \(bounds[0])"
      default: "a finite number"
      }
    guard let number = value.number else { throw refusal(key, value, wants: wants) }
    if number == special { return number }
    guard number.isFinite, range.contains(number) else { throw refusal(key, value, wants: wants) }
    return number
  }

  /// One of the names of an enumeration.
  ///
  /// - Parameter aliases: Names of other classes that mean one of these, and become it.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, default fallback: Choice, of choices: [Choice] = Array(Choice.allCases),
    aliases: [String: Choice] = [:]
  ) throws(SchedulerError) -> Choice where Choice.RawValue == String {
    guard let value = value(key, default: .string(fallback.rawValue)) else { return fallback }
    guard let meant = value.string.flatMap({ aliases[$0] }) else { return try choice(value, key, of: choices) }
    values[key] = .string(meant.rawValue)
    return meant
  }

  /// One of the names of an enumeration, or none, which is the default.
  mutating func optionalChoice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, of choices: [Choice] = Array(Choice.allCases)
  ) throws(SchedulerError) -> Choice? where Choice.RawValue == String {
    guard let value = value(key, default: .null), value != .null else { return nil }
    return try choice(value, key, of: choices)
  }

  private func choice<Choice: RawRepresentable>(
    _ value: JSONValue, _ key: String, of choices: [Choice]
  ) throws(SchedulerError) -> Choice where Choice.RawValue == String {
    guard let name = value.string, let choice = choices.first(where: { $0.rawValue == name }) else {
      let names = choices.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      throw refusal(key, value, wants: choices.count == 1 ? names : "one of \(names)")
    }
    return choice
  }

  /// Nothing but null: a key whose value no file can hold.
  mutating func nothing(_ key: String) throws(SchedulerError) {
    guard let value = value(key, default: .null), value != .null else { return }
    throw refusal(key, value, wants: "null")
  }

  /// One seed, or one for each sample, or none, which is the default.
  mutating func optionalSeeds(_ key: String) throws(SchedulerError) -> [Int]? {
    guard let value = value(key, default: .null), value != .null else { return nil }
    var seeds: [Int] = []
    for element in value.array ?? [value] { seeds.append(try integer(element, key, in: 0...Int.max)) }
    guard !seeds.isEmpty else { throw refusal(key, value, wants: "a seed, or a list with one for each sample") }
    return seeds
  }

  /// Numbers of a range, at least one.
  mutating func numbers(
    _ key: String, default fallback: [JSONValue], in range: ClosedRange<Double>
  ) throws(SchedulerError) -> [Double] {
    guard let value = value(key, default: .array(fallback)) else { return fallback.compactMap(\.number) }
    return try numbers(value, key, in: range)
  }

  /// Numbers of a range, at least one, or none at all, which is the default.
  mutating func optionalNumbers(
    _ key: String, in range: ClosedRange<Double>
  ) throws(SchedulerError) -> [Double]? {
    guard let value = value(key, default: .null), value != .null else { return nil }
    return try numbers(value, key, in: range)
  }

  private func numbers(
    _ value: JSONValue, _ key: String, in range: ClosedRange<Double>
  ) throws(SchedulerError) -> [Double] {
    let wants =
      "a list of numbers from \(pythonRepresentation(of: range.lowerBound)) to \(pythonRepresentation(of: range.upperBound))"
    guard let list = value.array, !list.isEmpty else { throw refusal(key, value, wants: wants) }
    var numbers: [Double] = []
    for (index, element) in list.enumerated() {
      guard let number = element.number, range.contains(number) else {
        throw refusal("\(key)[\(index)]", element, wants: wants)
      }
      numbers.append(number)
    }
    return numbers
  }
}
