/// Pieces of pickles, for those that no pickler writes.
enum Pickle {
  /// A dictionary of values, each the bytes that push it.
  static func state(_ items: [(name: String, value: [UInt8])]) -> [UInt8] {
    let pairs = items.flatMap { text($0.name) + $0.value }
    return [0x80, 2, 0x7D, 0x28] + pairs + [0x75, 0x2E]
  }

  /// A tensor of the storage `key`, as torch rebuilds it.
  static func tensor(
    _ storage: String, key: String = "0", count: Int, offset: Int = 0, shape: [Int], strides: [Int]
  ) -> [UInt8] {
    let identity =
      [0x28] + text("storage") + global("torch", storage) + text(key) + text("cpu") + integer(count) + [0x74, 0x51]
    return global("torch._utils", "_rebuild_tensor_v2") + [0x28] + identity + integer(offset) + tuple(shape)
      + tuple(strides) + [0x89] + global("collections", "OrderedDict") + [0x29, 0x52, 0x74, 0x52]
  }

  static func text(_ text: String) -> [UInt8] {
    [0x58] + Archive.little(UInt64(text.utf8.count), 4) + Array(text.utf8)
  }

  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + Archive.little(UInt64(bitPattern: Int64(value)), 8) }

  static func tuple(_ values: [Int]) -> [UInt8] { [0x28] + values.flatMap(integer) + [0x74] }
}
