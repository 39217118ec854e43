/// A JSON value as Python tells values apart.
///
/// Two values are equal when they are of one kind and have equal contents: `1` and `1.0` are not, the order of an
/// object's members does not matter, and `NaN` equals nothing.
public enum JSONValue: Sendable, Hashable {
  /// `null`, Python's `None`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number without fraction and exponent.
  case integer(Int)
  /// An integer beyond 64 bits, as its decimal digits after an optional minus sign.
  case bigInteger(String)
  /// A number with a fraction or an exponent, or `NaN`, `Infinity`, `-Infinity`; `1e400` is infinite.
  case double(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members in order.
  case object(JSONObject)
}

extension JSONValue {
  /// The truth value, if it is one; numbers and strings are not.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The integer, if it is one within 64 bits; `1.0` is not.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The number, rounded to a `Double` if it is an integer; `nil` if it is no number.
  public var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .bigInteger(let digits): Double(digits)
    case .double(let value): value
    default: nil
    }
  }

  /// The text, if it is a string.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The elements, if it is an array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The members, if it is an object.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// A member's value, if this is an object that has it.
  public subscript(key: String) -> JSONValue? { object?[key] }

  /// What the value is, for messages: `null`, `a boolean`, `an integer`, `a number`, `a string`, `an array`, `an object`.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .integer, .bigInteger: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A float, even if it is a whole number.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An array of these elements.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object of these members; of those with one key, the last wins.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in members { object[key] = value }
    self = .object(object)
  }
}
