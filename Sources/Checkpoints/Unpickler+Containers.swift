// Tuples, lists and dictionaries.
extension Unpickler {
  /// The number of a new container.
  mutating func container(_ elements: [PickleValue] = []) throws(Flaw) -> Int {
    guard graph.containers.count < Limit.containers else {
      throw Flaw("its pickle has more than \(Limit.containers) tuples, lists and dictionaries")
    }
    graph.containers.append(elements)
    return graph.containers.count - 1
  }

  /// Makes a container of what is on the stack.
  mutating func collect(_ opcode: PickleOpcode) throws(Flaw) {
    switch opcode {
    case .emptyTuple: try push(.tuple(try container()))
    case .tuple: try push(.tuple(try container(try popMarked())))
    case .tuple1, .tuple2, .tuple3: try push(.tuple(try container(try pop(Int(opcode.rawValue - 0x84)))))
    case .emptyList: try push(.list(try container()))
    case .list: try push(.list(try container(try popMarked())))
    case .emptyDict: try push(.dict(try container()))
    case .dict: try push(.dict(try container(try Self.pairs(try popMarked()))))
    case .frozenSet:
      _ = try popMarked()
      try push(.set)
    default: try push(.set)
    }
  }

  private mutating func pop(_ count: Int) throws(Flaw) -> [PickleValue] {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    return values.reversed()
  }

  /// Adds to a container what is above it on the stack.
  mutating func fill(_ opcode: PickleOpcode) throws(Flaw) {
    let values: [PickleValue]
    switch opcode {
    case .append, .build: values = [try pop()]
    case .setItem: values = try pop(2)
    default: values = try popMarked()
    }
    switch (opcode, try top()) {
    case (.append, .list(let number)), (.appends, .list(let number)): graph.containers[number] += values
    case (.setItem, .dict(let number)), (.setItems, .dict(let number)):
      graph.containers[number] += try Self.pairs(values)
    case (.addItems, .set): break
    // Attributes: a module's state has the versions of its parts in `_metadata`, which no file of tensors keeps.
    case (.build, .dict): break
    case (.build, let value): throw Flaw("its pickle sets attributes of \(value.kind)")
    case (_, let value): throw Flaw("its pickle adds elements to \(value.kind)")
    }
  }

  private static func pairs(_ values: [PickleValue]) throws(Flaw) -> [PickleValue] {
    guard values.count.isMultiple(of: 2) else { throw Flaw("its pickle has a key without a value") }
    return values
  }
}
