import HubCache
import HubModel

// The format before torch 1.6, which `_use_new_zipfile_serialization=False` still writes.
extension TorchCheckpoint {
  /// The first pickle of the format (`torch/serialization.py`, `MAGIC_NUMBER`), the lowest byte first.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
  /// The second (`PROTOCOL_VERSION`).
  private static let version = 1001

  /// Five pickles: the magic number, the version, what machine wrote it, the state, and the keys of the storages; then
  /// the storages in that order, each after the number of its elements (`_legacy_load`).
  static func loadSequence(_ file: Descriptor, _ size: Int64) throws(Flaw) -> (PickleGraph, PickleValue) {
    var position: Int64 = 0
    func next(_ graph: PickleGraph = PickleGraph()) throws(Flaw) -> (PickleGraph, PickleValue) {
      var unpickler = Unpickler(file, position..<size, graph: graph)
      let value = try unpickler.run()
      position = unpickler.reader.position
      return (unpickler.graph, value)
    }
    guard case .long(Self.magic) = try next().1 else { throw Flaw("it is a pickle, but not one of torch") }
    guard try next().1.integer == version else { throw Flaw("it is of an unknown version of torch's format") }
    try requireLittleEndian(try next())
    var (graph, root) = try next()
    let (list, keys) = try next()
    try locate(list.elements(keys) ?? [], &graph, file, position..<size)
    return (graph, root)
  }

  private static func requireLittleEndian(_ machine: (graph: PickleGraph, value: PickleValue)) throws(Flaw) {
    guard case .dict(let number) = machine.value else { throw Flaw("it does not say what machine wrote it") }
    let members = machine.graph.containers[number]
    for index in stride(from: 0, to: members.count, by: 2) where members[index].text == "little_endian" {
      guard case .bool(true) = members[index + 1] else { throw bigEndian }
    }
  }

  private static func locate(
    _ keys: [PickleValue], _ graph: inout PickleGraph, _ file: Descriptor, _ range: Range<Int64>
  ) throws(Flaw) {
    var position = range.lowerBound
    for key in keys {
      guard let key = key.text, let number = graph.storagesByKey[key] else { throw Flaw("it has an unknown storage") }
      let storage = graph.storages[number]
      let count = try reading { () throws(HubError) in try file.read(at: position, count: 8) }
      guard count.count == 8, range.upperBound - position - 8 >= Int64(storage.byteCount) else {
        throw Flaw("it ends within the storage '\(key)'")
      }
      guard let bytes = storage.type.byteCount([Int(clamping: littleEndian(count[...]))]), bytes == storage.byteCount
      else { throw Flaw("the storage '\(key)' has another length than its tensors say") }
      graph.storages[number].position = position + 8
      position += 8 + Int64(bytes)
    }
  }
}
