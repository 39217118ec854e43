// What stands for the calls that rebuild tensors.
extension Unpickler {
  /// Looks up a function, or does what a call of one of those that are allowed would do.
  mutating func rebuild(_ opcode: PickleOpcode) throws(Flaw) {
    switch opcode {
    case .global: try push(.global(try TorchGlobal(module: try reader.line(), name: try reader.line())))
    case .stackGlobal:
      let (name, module) = (try pop(), try pop())
      guard let name = name.text, let module = module.text else { throw Flaw("its pickle names a function by no text") }
      try push(.global(try TorchGlobal(module: module, name: name)))
    case .binPersistentID: try push(.storage(try storage(try pop())))
    default:
      let (arguments, function) = (try pop(), try pop())
      guard case .global(let global) = function, case .tuple(let number) = arguments else {
        throw Flaw("its pickle calls \(function.kind)")
      }
      try push(try call(global, graph.containers[number]))
    }
  }

  private mutating func call(_ global: TorchGlobal, _ arguments: [PickleValue]) throws(Flaw) -> PickleValue {
    switch global {
    case .orderedDictionary: return .dict(try container(try orderedItems(arguments)))
    case .size where arguments.count == 1: return .tuple(try container(graph.elements(arguments[0]) ?? []))
    case .encode where arguments.count == 2 && arguments.allSatisfy({ $0.text != nil }): return .bytes
    case .rebuildTensor where arguments.count >= 4:
      return try tensor(arguments, type: nil, flags: arguments.dropFirst(6))
    case .rebuildTypedTensor where arguments.count >= 7:
      switch arguments[6] {
      case .global(.type(let type)): return try tensor(arguments, type: type, flags: arguments.dropFirst(7))
      case .global(.unsupported(let name)): throw Self.unsupported(name)
      default: throw Flaw("a tensor's type is \(arguments[6].kind)")
      }
    case .rebuildParameter:
      guard case .tensor? = arguments.first else { throw Flaw("a parameter is no tensor") }
      return arguments[0]
    default: throw Flaw("its pickle calls \(global.name) with \(arguments.count) arguments")
    }
  }

  /// The items that `OrderedDict` is called with: none, or in pickles of Python 2 a list of pairs.
  private func orderedItems(_ arguments: [PickleValue]) throws(Flaw) -> [PickleValue] {
    guard let first = arguments.first else { return [] }
    guard arguments.count == 1, let pairs = graph.elements(first) else {
      throw Flaw("its pickle makes a dictionary of \(first.kind)")
    }
    var items: [PickleValue] = []
    for pair in pairs {
      guard let pair = graph.elements(pair), pair.count == 2 else { throw Flaw("its pickle has a key without a value") }
      items += pair
    }
    return items
  }

  /// The storage that a persistent identity names (`torch/serialization.py`, `persistent_id`): the word `storage`, the
  /// class, the key, the device, the number of elements and, in the legacy format, which part of it.
  private mutating func storage(_ identity: PickleValue) throws(Flaw) -> Int {
    guard case .tuple(let number) = identity, case let parts = graph.containers[number],
      parts.count == 5 || parts.count == 6, parts[0].text == "storage",
      let key = parts[2].text, let count = parts[4].integer, count >= 0
    else { throw Flaw("its pickle names an object outside of it that is no storage") }
    if parts.count == 6 {
      guard case .none = parts[5] else { throw Flaw("it has views of storages, as torch wrote them before 0.4") }
    }
    guard case .global(let global) = parts[1] else { throw Flaw("the class of a storage is \(parts[1].kind)") }
    if case .unsupported(let name) = global { throw Self.unsupported(name) }
    guard case .storage(let type) = global, let bytes = type.byteCount([count]) else {
      throw Flaw("the class of a storage is \(global.name), or its length not possible")
    }
    if let known = graph.storagesByKey[key] {
      guard graph.storages[known].type == type, graph.storages[known].byteCount == bytes else {
        throw Flaw("the storage '\(key)' is described twice, and differently")
      }
      return known
    }
    graph.storages.append(TensorStorage(key: key, type: type, byteCount: bytes))
    graph.storagesByKey[key] = graph.storages.count - 1
    return graph.storages.count - 1
  }

  /// The tensor of (storage, offset, shape, strides, …), once all its elements are proven to be in the storage.
  private mutating func tensor(
    _ arguments: [PickleValue], type: ElementType?, flags: ArraySlice<PickleValue>
  ) throws(Flaw) -> PickleValue {
    // The marks of lazy conjugation and negation (`torch/_utils.py`, `set_tensor_metadata`).
    if case .dict(let number)? = flags.first, !graph.containers[number].isEmpty {
      throw Flaw("it has a tensor whose elements are still to be conjugated or negated; resolve it before saving")
    }
    guard case .storage(let number) = arguments[0], let offset = arguments[1].integer,
      let shape = integers(arguments[2]), let strides = integers(arguments[3]),
      shape.count == strides.count, shape.count <= Limit.rank
    else { throw Flaw("it has a tensor without a storage, a shape or strides") }
    let view = TensorView(
      storage: number, type: type ?? graph.storages[number].type, offset: offset, shape: shape, strides: strides)
    try view.check(within: graph.storages[number])
    graph.tensors.append(view)
    return .tensor(graph.tensors.count - 1)
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let elements = graph.elements(value) else { return nil }
    let integers = elements.compactMap(\.integer)
    return integers.count == elements.count ? integers : nil
  }

  private static func unsupported(_ name: String) -> Flaw {
    Flaw("it has tensors of '\(name)', for which safetensors has no type")
  }

  /// The refusal of an instruction that would make an object of any class, or take one from elsewhere.
  mutating func refusal(_ opcode: PickleOpcode) throws(Flaw) -> Flaw {
    switch opcode {
    case .inst: return Flaw(global: "\(try reader.line()).\(try reader.line())")
    case .obj:
      guard case .global(let global)? = try popMarked().first else { return Flaw("its pickle calls what is no class") }
      return Flaw(global: global.name)
    case .newObjectEx:
      let (_, _, function) = (try pop(), try pop(), try pop())
      guard case .global(let global) = function else { return Flaw("its pickle calls \(function.kind)") }
      return Flaw(global: global.name)
    case .ext1: return Flaw(global: "copyreg extension \(try reader.number(1))")
    case .ext2: return Flaw(global: "copyreg extension \(try reader.number(2))")
    case .ext4: return Flaw(global: "copyreg extension \(try reader.number(4))")
    default: return Flaw("its pickle takes an object from outside of it")
    }
  }
}

extension TensorView {
  /// Checks that every element is in the storage; offsets and strides are those of torch, never negative.
  func check(within storage: TensorStorage) throws(Flaw) {
    guard let size = type.byteCount(shape), offset >= 0, strides.allSatisfy({ $0 >= 0 }) else {
      throw Flaw("it has a tensor whose shape, offset or strides are not possible")
    }
    guard size > 0 else { return }
    var last = offset
    for (size, stride) in zip(shape, strides) {
      let (distance, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(distance)
      guard !overflow, !carry else { throw Self.outside }
      last = sum
    }
    guard last < storage.byteCount / (type.bits / 8) else { throw Self.outside }
  }

  private static let outside = Flaw("it has a tensor with elements outside of its storage")
}
