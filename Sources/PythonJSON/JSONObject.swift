/// The members of a JSON object, in the order in which the text has them.
///
/// Keys are equal when their code points are, as in Python. (Swift's strings compare by canonical equivalence: to a
/// dictionary of strings, `é` in its two spellings is one key.)
public struct JSONObject: Sendable, Hashable {
  /// The keys, in order, each once.
  public private(set) var keys: [String] = []
  private var values: [MemberKey: JSONValue] = [:]

  /// An object without members.
  public init() {}

  /// The value of a key, or `nil` if there is no such member.
  ///
  /// Setting the value of a key that exists keeps its place, a new key comes last, and `nil` removes the member.
  public subscript(key: String) -> JSONValue? {
    get { values[MemberKey(text: key)] }
    set {
      let known = values.updateValue(newValue ?? .null, forKey: MemberKey(text: key)) != nil
      if !known { keys.append(key) }
      if newValue == nil {
        values[MemberKey(text: key)] = nil
        keys.removeAll { MemberKey(text: $0) == MemberKey(text: key) }
      }
    }
  }

  /// Whether two objects have equal members; their order does not matter.
  public static func == (left: Self, right: Self) -> Bool { left.values == right.values }

  /// Feeds the members into the hasher, whatever their order.
  public func hash(into hasher: inout Hasher) { hasher.combine(values) }

  /// A key that is equal to another if its code points are.
  private struct MemberKey: Sendable, Hashable {
    let text: String

    static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
    func hash(into hasher: inout Hasher) { for unit in text.utf8 { hasher.combine(unit) } }
  }
}

extension JSONObject: RandomAccessCollection {
  /// The position of the first member.
  public var startIndex: Int { 0 }
  /// The position after the last member.
  public var endIndex: Int { keys.count }
  /// The member at a position.
  public subscript(position: Int) -> (key: String, value: JSONValue) {
    // Every key of the list has a value: the only setter changes both.
    (keys[position], values[MemberKey(text: keys[position])]!)
  }

  /// The members in the order of their keys' code points, which is that of their UTF-8.
  public var sortedByKey: [(key: String, value: JSONValue)] {
    sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object of these members; of those with one key, the last wins and has the place of the first.
  public init(dictionaryLiteral members: (String, JSONValue)...) {
    for (key, value) in members { self[key] = value }
  }
}
