import Foundation
import HubCache
public import HubModel

/// An open checkpoint of PyTorch: what `torch.save` wrote of a module's state, read without running anything.
///
/// Both of torch's formats are read: the zip archive (since 1.6) and the sequence of pickles before it. Opening reads the
/// description of the tensors and proves that all their elements are in the file; the elements themselves are read
/// when they are asked for.
public struct TorchCheckpoint: Sendable {
  /// A tensor of the checkpoint.
  public struct Tensor: Sendable, Hashable {
    /// The name: the key in the module's state.
    public let name: String
    /// What its elements are.
    public var type: ElementType { view.type }
    /// The sizes of its dimensions, outermost first.
    public var shape: [Int] { view.shape }
    /// Where its elements are.
    let view: TensorView

    /// How many bytes its elements have.
    ///
    /// Every view was proven possible when the file was opened.
    public var byteCount: Int { type.byteCount(shape) ?? 0 }
  }

  /// Where the file is.
  public let path: String
  /// The tensors, in the order in which the module has them.
  public let tensors: [Tensor]
  /// The length of the file.
  let fileSize: Int64
  private let storages: [TensorStorage]
  private let file: Descriptor

  /// Opens the file at `path`.
  ///
  /// The state may lie at the key `state_dict`, as training loops write it and the converter of the safetensors library
  /// reads it; what lies beside it is left out. Anything but a tensor in the state is refused by name.
  ///
  /// - Throws: ``HubError`` with the code `unsafeCheckpoint` for a file that names any function or class but those that
  ///   rebuild tensors; `checkpoint` for one that is damaged, beyond the limits of the reader, compressed, big-endian, or
  ///   with something else than dense tensors of the types of safetensors; those of the disk if it cannot be read.
  public init(opening path: String) throws(HubError) {
    let file = try openForReading(path)
    let size = try file.status().size
    let (graph, tensors) = try checking(path) { () throws(Flaw) in
      let (graph, root) = try Self.load(file, size)
      let tensors = try graph.state(root)
      try graph.requirePlaces(of: tensors)
      return (graph, tensors)
    }
    (self.path, self.file, fileSize) = (path, file, size)
    (self.tensors, storages) = (tensors, graph.storages)
  }

  /// Sends the elements of a tensor of this checkpoint, in C order, in pieces of at most four mebibytes.
  ///
  /// - Throws: ``HubError``: `checkpoint` if the file has become shorter, those of the disk, and what the sink throws.
  public func send(_ tensor: Tensor, to sink: SafetensorsWriter.Sink) throws(HubError) {
    try TensorCopy(tensor.view, of: storages[tensor.view.storage], in: file).send(sink)
  }

  private static func load(_ file: Descriptor, _ size: Int64) throws(Flaw) -> (PickleGraph, PickleValue) {
    let start = try reading { () throws(HubError) in try file.read(at: 0, count: 512) }
    if start.starts(with: [0x50, 0x4B, 3, 4]) { return try loadArchive(file, size) }
    if start.first == 0x80 { return try loadSequence(file, size) }
    if start.count > 262, start[257...].starts(with: "ustar".utf8) {
      throw Flaw("it is in the tar format of torch 0.1; load it and save it again with a newer torch")
    }
    throw Flaw("it is neither an archive nor a pickle of torch")
  }

  /// The archive: the pickle `data.pkl`, and a record in `data/` for each storage (`torch/serialization.py`, `_load`).
  private static func loadArchive(_ file: Descriptor, _ size: Int64) throws(Flaw) -> (PickleGraph, PickleValue) {
    let archive = try ZipArchive(file, size: size)
    guard archive.records["constants.pkl"] == nil else {
      throw Flaw("it is a program of TorchScript, and not a module's state")
    }
    guard let pickle = archive.records["data.pkl"] else { throw Flaw("its archive has no 'data.pkl'") }
    guard pickle.range.count <= Unpickler.Limit.bytes else {
      throw Flaw("its pickle has more than \(Unpickler.Limit.bytes) bytes")
    }
    if let order = archive.records["byteorder"] {
      let bytes = try reading { () throws(HubError) in try file.read(at: order.range.lowerBound, count: 6) }
      guard order.range.count == 6, bytes.elementsEqual("little".utf8) else { throw bigEndian }
    }
    var unpickler = Unpickler(file, pickle.range)
    let root = try unpickler.run()
    for index in unpickler.graph.storages.indices {
      let storage = unpickler.graph.storages[index]
      guard let record = archive.records["data/\(storage.key)"] else {
        throw Flaw("its archive has no record for the storage '\(storage.key)'")
      }
      guard record.range.count >= storage.byteCount else { throw Flaw("the storage '\(storage.key)' is cut short") }
      unpickler.graph.storages[index].position = record.range.lowerBound
    }
    return (unpickler.graph, root)
  }

  static let bigEndian = Flaw("it was written on a big-endian machine; load it with torch and save it again")
}

extension PickleGraph {
  /// The tensors of a module's state, in order.
  func state(_ root: PickleValue) throws(Flaw) -> [TorchCheckpoint.Tensor] {
    guard case .dict(let number) = root else { throw Flaw("it holds \(root.kind), and not a module's state") }
    var items = items(number)
    if let nested = items.first(where: { $0.key.text == "state_dict" }), case .dict(let number) = nested.value {
      items = self.items(number)
    }
    var (tensors, places): ([TorchCheckpoint.Tensor], [[UInt8]: Int]) = ([], [:])
    for (key, value) in items {
      guard let name = key.text else { throw Flaw("the state has \(key.kind) for a name") }
      guard case .tensor(let number) = value else {
        throw Flaw("'\(name)' is \(value.kind), and not a tensor; save the module's state_dict() alone")
      }
      let tensor = TorchCheckpoint.Tensor(name: name, view: self.tensors[number])
      // As in Python, the last of two items with one key wins, at the place of the first.
      if let place = places[Array(name.utf8)] {
        tensors[place] = tensor
      } else {
        places[Array(name.utf8)] = tensors.count
        tensors.append(tensor)
      }
    }
    return tensors
  }

  private func items(_ number: Int) -> [(key: PickleValue, value: PickleValue)] {
    let flat = containers[number]
    return stride(from: 0, to: flat.count, by: 2).map { (flat[$0], flat[$0 + 1]) }
  }

  /// Checks that the file has the bytes of every tensor's storage.
  func requirePlaces(of tensors: [TorchCheckpoint.Tensor]) throws(Flaw) {
    for tensor in tensors where storages[tensor.view.storage].position < 0 {
      throw Flaw("the storage of '\(tensor.name)' is missing")
    }
  }
}
