/// A value that a pickle of tensors can have.
///
/// Containers are numbers: what is in them is in the ``PickleGraph``. So a value that holds itself leaks nothing, and one
/// a hundred thousand levels deep is freed without a recursion.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer beyond 64 bits: its bytes, the lowest first.
  case long([UInt8])
  case float
  case text(String)
  case bytes
  case tuple(Int)
  case list(Int)
  /// A `dict` or an `OrderedDict`: keys and values by turns, as they were set.
  case dict(Int)
  case set
  case global(TorchGlobal)
  case storage(Int)
  case tensor(Int)

  /// What the value is, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a boolean"
    case .integer, .long: "an integer"
    case .float: "a float"
    case .text: "a text"
    case .bytes: "bytes"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dict: "a dictionary"
    case .set: "a set"
    case .global(let global): "'\(global.name)'"
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }

  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var text: String? { if case .text(let value) = self { value } else { nil } }
}

/// The containers, storages and tensors of a pickle.
struct PickleGraph {
  /// What is in the containers, by their numbers.
  var containers: [[PickleValue]] = []
  var storages: [TensorStorage] = []
  var tensors: [TensorView] = []
  /// The storages by their keys.
  var storagesByKey: [String: Int] = [:]

  /// The elements of a tuple or list.
  func elements(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let number), .list(let number): containers[number]
    default: nil
    }
  }
}

/// The memory that tensors are views of.
struct TensorStorage: Sendable {
  /// The name of its record in the archive, or its identity in the legacy format.
  let key: String
  /// What its elements are; `u8` where it is memory without a type.
  let type: ElementType
  let byteCount: Int
  /// Where its bytes are in the file, once that is known.
  var position: Int64 = -1
}

/// A tensor: a view of a storage (`torch/_utils.py`, `_rebuild_tensor`).
struct TensorView: Sendable, Hashable {
  let storage: Int
  let type: ElementType
  /// Where its first element is, in elements.
  let offset: Int
  let shape: [Int]
  /// From one element of a dimension to the next, in elements.
  let strides: [Int]
}
