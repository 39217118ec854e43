import HubCache
import HubModel

/// A reader of one pickle that can build tensors and nothing else (`Lib/pickle.py`, `_Unpickler`).
///
/// It is a machine with a stack and a memo, as Python's, but for what makes Python's dangerous: it calls nothing. The
/// instructions that call or look up a function know the few of ``TorchGlobal``, and refuse any other by name before
/// anything is made of it. It does not recurse, and counts what it keeps.
struct Unpickler {
  var reader: PickleReader
  var stack: [PickleValue] = []
  /// The heights of the stack at its marks.
  var marks: [Int] = []
  var memo: [UInt64: PickleValue] = [:]
  var graph: PickleGraph

  /// What a pickle may need. A tensor takes about 40 instructions, 6 containers and 15 entries of the memo.
  enum Limit {
    static let bytes: Int64 = 64 << 20
    static let instructions = 4_000_000
    static let containers = 1_000_000
    static let memo = 2_000_000
    /// Python's pickler sets a thousand items at once.
    static let stack = 65_536
    static let marks = 1_000
    static let rank = 64
  }

  /// Reads the bytes of `file` in `range`, up to the end of one pickle.
  init(_ file: Descriptor, _ range: Range<Int64>, graph: PickleGraph = PickleGraph()) {
    let end = min(range.upperBound, range.lowerBound + Limit.bytes)
    (reader, self.graph) = (PickleReader(file, range.lowerBound..<end), graph)
  }

  /// The value of the pickle.
  mutating func run() throws(Flaw) -> PickleValue {
    for _ in 0..<Limit.instructions {
      let byte = try reader.byte()
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw Flaw("its pickle has the unknown instruction 0x\(String(byte, radix: 16))")
      }
      if opcode == .stop { return try pop() }
      try execute(opcode)
    }
    throw Flaw("its pickle has more than \(Limit.instructions) instructions")
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(Flaw) {
    switch opcode {
    case .proto:
      let version = try reader.byte()
      guard version <= 5 else { throw Flaw("its pickle is of protocol \(version), and 5 is the last one known") }
    case .frame: _ = try reader.number(8)
    case .none, .newTrue, .newFalse, .int, .binInt, .binInt1, .binInt2, .long, .long1, .long4, .float, .binFloat:
      try push(try number(opcode))
    case .string, .unicode, .binString, .shortBinString, .binUnicode, .shortBinUnicode, .binUnicode8, .binBytes,
      .shortBinBytes, .binBytes8, .byteArray8:
      try push(try text(opcode))
    case .mark, .pop, .popMark, .duplicate: try move(opcode)
    case .get, .binGet, .longBinGet, .put, .binPut, .longBinPut, .memoize: try remember(opcode)
    case .emptyTuple, .tuple, .tuple1, .tuple2, .tuple3, .emptyList, .list, .emptyDict, .dict, .emptySet, .frozenSet:
      try collect(opcode)
    case .append, .appends, .setItem, .setItems, .addItems, .build: try fill(opcode)
    case .global, .stackGlobal, .reduce, .newObject, .binPersistentID: try rebuild(opcode)
    case .inst, .obj, .newObjectEx, .ext1, .ext2, .ext4, .persistentID, .nextBuffer, .readOnlyBuffer:
      throw try refusal(opcode)
    case .stop: break
    }
  }
}

// The stack, the marks and the memo.
extension Unpickler {
  mutating func push(_ value: PickleValue) throws(Flaw) {
    guard stack.count < Limit.stack else { throw Flaw("its pickle needs a stack of more than \(Limit.stack) values") }
    stack.append(value)
  }

  /// Takes the topmost value, which has to be above the last mark.
  mutating func pop() throws(Flaw) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else { throw Self.empty }
    return value
  }

  func top() throws(Flaw) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else { throw Self.empty }
    return value
  }

  /// Takes all that is above the last mark, and the mark.
  mutating func popMarked() throws(Flaw) -> [PickleValue] {
    guard let height = marks.popLast() else { throw Flaw("its pickle has no mark where one is needed") }
    defer { stack.removeSubrange(height...) }
    return Array(stack[height...])
  }

  private mutating func move(_ opcode: PickleOpcode) throws(Flaw) {
    switch opcode {
    case .mark:
      guard marks.count < Limit.marks else { throw Flaw("its pickle is more than \(Limit.marks) levels deep") }
      marks.append(stack.count)
    case .popMark: _ = try popMarked()
    // Of nothing above the mark, POP takes the mark.
    case .pop where stack.count == marks.last: marks.removeLast()
    case .pop: _ = try pop()
    default: try push(try top())
    }
  }

  private mutating func remember(_ opcode: PickleOpcode) throws(Flaw) {
    let key: UInt64
    switch opcode {
    case .memoize: key = UInt64(memo.count)
    case .get, .put:
      guard let number = UInt64(try reader.line()) else { throw Flaw("its pickle has a wrong place in the memo") }
      key = number
    default: key = try reader.number(opcode == .binGet || opcode == .binPut ? 1 : 4)
    }
    switch opcode {
    case .get, .binGet, .longBinGet:
      guard let value = memo[key] else { throw Flaw("its pickle takes what was not put into the memo") }
      try push(value)
    default:
      memo[key] = try top()
      guard memo.count <= Limit.memo else { throw Flaw("its pickle keeps more than \(Limit.memo) values") }
    }
  }

  private static let empty = Flaw("its pickle takes a value from an empty stack")
}
