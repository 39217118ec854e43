public import HubModel

/// The conversion of one checkpoint of PyTorch into a safetensors file.
///
/// What comes out is what the converter of the safetensors library makes with torch (`bindings/python/convert.py`): the
/// tensors made contiguous, the metadata `format: pt`. Of names for one and the same tensor the first by code points is
/// kept, and the others are in the metadata with the name that was kept (`safetensors.torch.save_model`).
///
/// It differs where the converter would lose something or give up: tensors that share memory without being the same, such
/// as a part of another one or its transpose, are all written, each with its own bytes.
public struct CheckpointConversion: Sendable {
  /// The checkpoint.
  public let checkpoint: TorchCheckpoint
  /// The tensors that are written.
  public let tensors: [TorchCheckpoint.Tensor]
  /// The names that are left out, each with the name of the same tensor that is kept.
  public let duplicates: [String: String]
  private let writer: SafetensorsWriter

  /// Decides what to write.
  ///
  /// - Throws: ``HubError`` with the code `checkpoint` for names that safetensors has no place for, and for tensors that
  ///   repeat their memory so often that the result would have more than four times the checkpoint's length.
  public init(_ checkpoint: TorchCheckpoint) throws(HubError) {
    self.checkpoint = checkpoint
    (tensors, duplicates) = Self.unique(checkpoint.tensors)
    var total = 0
    for tensor in tensors {
      total = total.addingReportingOverflow(tensor.byteCount).partialValue
      guard total >= 0, Int64(total) <= checkpoint.fileSize * 4 + 4096 else {
        throw HubError(
          .checkpoint(file: checkpoint.path, reason: "its tensors would have more than four times its own length"))
      }
    }
    do throws(HubError) {
      // A tensor may be called `format`; what the file says about itself goes first.
      let metadata = duplicates.merging(["format": "pt"]) { $1 }
      writer = try SafetensorsWriter(
        tensors.map { (name: $0.name, type: $0.type, shape: $0.shape) }, metadata: metadata)
    } catch {
      throw HubError(
        .checkpoint(file: checkpoint.path, reason: "its names have no place in a safetensors file"), cause: error)
    }
  }

  /// How long the file will be.
  public var fileSize: Int { writer.fileSize }

  /// Writes the safetensors file; memory is that of a few mebibytes, whatever the checkpoint's size.
  ///
  /// - Throws: ``HubError``: those of the disk, and `checkpoint` if the checkpoint has become shorter.
  public func write(to path: String) throws(HubError) {
    let named = Dictionary(uniqueKeysWithValues: tensors.map { (Array($0.name.utf8), $0) })
    try writer.write(to: path) { placed, sink throws(HubError) in
      // The writer's tensors are the ones it was made of.
      try checkpoint.send(named[Array(placed.name.utf8)]!, to: sink)
    }
  }

  /// The tensors, each once, and the other names of those.
  private static func unique(
    _ tensors: [TorchCheckpoint.Tensor]
  ) -> (tensors: [TorchCheckpoint.Tensor], duplicates: [String: String]) {
    var (kept, duplicates): ([TensorView: String], [String: String]) = ([:], [:])
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let unique = sorted.filter { tensor in
      // Tensors without elements share nothing.
      guard tensor.byteCount > 0 else { return true }
      if let name = kept[tensor.view] {
        duplicates[tensor.name] = name
        return false
      }
      kept[tensor.view] = tensor.name
      return true
    }
    return (unique, duplicates)
  }
}
