import PythonJSON
public import Scheduling

extension SchedulerConfig {
  private static let classKey = "_class_name"
  private static let versionKey = "_diffusers_version"
  /// A list of keys that a running `diffusers` keeps beside its values; where a file has it, it holds.
  private static let defaultsKey = "_use_default_values"
  /// What `diffusers` keeps beside the values and never writes.
  private static let unwrittenKeys = [defaultsKey, "_ignore_files", "_pre_quantization_dtype"]

  /// Reads a configuration's file.
  ///
  /// Read as Python does: a byte-order mark, `NaN` and infinities are accepted, of two members with one key the last wins,
  /// keys that no class knows are kept. What the values mean is checked by the scheduler that is made of them.
  ///
  /// - Parameters:
  ///   - json: The bytes of the file.
  ///   - source: What to call the file in errors.
  /// - Throws: `SchedulerError` with the code `syntax` and the position when the text is not JSON or not UTF-8; `limit`
  ///   when it is larger than 16 MiB, nested deeper than 128 levels, or has more than 200,000 values; `configuration`
  ///   when it is not an object, or its class is not a name.
  public init(json: [UInt8], source: String) throws(SchedulerError) {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: json)
    } catch {
      let remedy = error.kind == .limit ? "use a smaller file" : "correct the file"
      throw SchedulerError(error.kind == .limit ? .limit : .syntax, "\(source): \(error)", remedy)
    }
    guard case .object(let members) = value else {
      throw SchedulerError(
        .configuration, "\(source): the file holds \(value.kind), not an object", "write keys and values between braces"
      )
    }
    try self.init(members: members, source: source)
  }

  /// The configuration that a file's members make.
  private init(members: JSONObject, source: String) throws(SchedulerError) {
    let defaults = (members[Self.defaultsKey]?.array ?? []).compactMap(\.string)
    var values = JSONObject()
    for (key, value) in members where !defaults.contains(key) { values[key] = value }
    for key in [Self.classKey, Self.versionKey] + Self.unwrittenKeys { values[key] = nil }
    self.init(className: try Self.className(members[Self.classKey], source), values)
  }

  private static func className(_ value: JSONValue?, _ source: String) throws(SchedulerError) -> String? {
    switch value {
    case nil: return nil
    case .string(let name): return name
    case .some(let other):
      throw SchedulerError(
        .configuration, "\(source): \(classKey) is \(excerpt(of: other)), not a string", "name the scheduler's class")
    }
  }

  /// The bytes that `save_config` of `diffusers` writes: every value, defaults included, sorted by key, indented by two
  /// spaces, with a final newline.
  public func encoded() -> [UInt8] {
    var members = values
    if let className { members[Self.classKey] = .string(className) }
    members[Self.versionKey] = .string(Self.diffusersVersion)
    return Array((JSONValue.object(members).text() + "\n").utf8)
  }
}

/// A value as text for a message, cut where it is long.
func excerpt(of value: JSONValue, limit: Int = 60) -> String {
  let text = value.text(.line)
  return text.count > limit ? text.prefix(limit) + "…" : text
}
