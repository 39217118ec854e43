/// The header fields of a request or a response, in order; names are the same in any case (RFC 9110, section 5.1).
public struct HTTPHeaders: Sendable, Hashable {
  /// One field.
  public struct Field: Sendable, Hashable {
    /// The name as written.
    public var name: String
    /// The value, without the white space around it.
    public var value: String

    /// A field as it stands on the wire, without the colon.
    public init(name: String, value: String) { (self.name, self.value) = (name, value) }
  }

  /// The fields in the order of the wire; a name may occur more than once.
  public private(set) var fields: [Field] = []

  /// No field.
  public init() {}

  /// The value of the first field called `name`; setting it replaces every field of that name.
  public subscript(name: String) -> String? {
    get { fields.first { Self.areEqual($0.name, name) }?.value }
    set {
      fields.removeAll { Self.areEqual($0.name, name) }
      if let newValue { append(name, newValue) }
    }
  }

  /// The values of every field called `name`.
  public func values(_ name: String) -> [String] { fields.filter { Self.areEqual($0.name, name) }.map(\.value) }

  /// Adds a field after the others.
  public mutating func append(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

  /// These fields, then those of `other` whose names do not occur here.
  func completed(by other: HTTPHeaders) -> HTTPHeaders {
    var result = self
    for field in other.fields where self[field.name] == nil { result.append(field.name, field.value) }
    return result
  }

  private static func areEqual(_ first: String, _ second: String) -> Bool {
    first.utf8.elementsEqual(second.utf8) { $0.lowercasedASCII == $1.lowercasedASCII }
  }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
  /// Fields in the order written.
  public init(dictionaryLiteral elements: (String, String)...) { for (name, value) in elements { append(name, value) } }
}

extension UInt8 {
  var lowercasedASCII: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}
