import Foundation
import HubCache
public import HubModel

/// Writes safetensors files, byte for byte as the reference does (`safetensors.torch.save_file`).
///
/// The tensors are in the reference's order whatever the caller's: the larger their elements the earlier, types of one
/// size as ``ElementType`` lists them, then by name. Nothing is kept in memory: the caller sends each tensor's bytes when
/// their turn has come. The file has its name once it is complete.
public struct SafetensorsWriter: Sendable {
  /// The tensors, in the order of their bytes.
  public let tensors: [SafetensorsTensor]
  private let beginning: [UInt8]

  /// Takes the bytes of the tensor whose turn it is, in as many pieces as there are.
  public typealias Sink = (UnsafeRawBufferPointer) throws(HubError) -> Void

  /// Places the tensors.
  ///
  /// - Parameter metadata: What the file says about itself. `format` of `pt` is what PyTorch's libraries expect.
  /// - Throws: ``HubError`` with the code `invalidArgument` for two tensors of one name, for one called `__metadata__`,
  ///   for a shape with a negative size or too large a product, and for a header of more than 100 MB.
  public init(
    _ tensors: [(name: String, type: ElementType, shape: [Int])], metadata: [String: String] = [:]
  ) throws(HubError) {
    do throws(Flaw) {
      let header = try SafetensorsHeader(placing: tensors, metadata: metadata)
      (self.tensors, beginning) = (header.tensors, try header.encoded())
    } catch {
      guard case .content(let reason) = error.kind else { throw error.error("") }
      throw HubError(.invalidArgument(name: "tensors", value: nil, reason: reason))
    }
  }

  /// The bytes of the whole file.
  public var fileSize: Int { beginning.count + (tensors.last?.range.upperBound ?? 0) }

  /// Writes the file, replacing one that is there once the new one is complete.
  ///
  /// - Parameter content: Sends the bytes of one tensor to the sink; asked once for each, in the order of ``tensors``.
  /// - Throws: ``HubError`` with the code `invalidArgument` if `content` sends another number of bytes than the tensor
  ///   has, those of the disk, and what `content` throws. Nothing of the new file stays behind then.
  public func write(
    to path: String, content: (SafetensorsTensor, Sink) throws(HubError) -> Void
  ) throws(HubError) {
    let folder = Disk.folder(of: path)
    try Disk.makeDirectory(folder)
    let temporary = "\(folder)/.\(Disk.uniqueName()).tmp"
    do throws(HubError) {
      let file = try Descriptor(creatingLocked: temporary)
      try writeAll(to: file, content)
      try file.synchronize()
      try Disk.rename(temporary, to: path)
      withExtendedLifetime(file) {}
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private func writeAll(
    to file: Descriptor, _ content: (SafetensorsTensor, Sink) throws(HubError) -> Void
  ) throws(HubError) {
    try beginning.withUnsafeBufferPointer { bytes throws(HubError) in
      try file.write(UnsafeRawBufferPointer(bytes), at: 0)
    }
    for tensor in tensors {
      var sent = 0
      try content(tensor) { bytes throws(HubError) in
        guard bytes.count <= tensor.range.count - sent else { throw Self.otherLength(tensor) }
        try file.write(bytes, at: Int64(beginning.count + tensor.range.lowerBound + sent))
        sent += bytes.count
      }
      guard sent == tensor.range.count else { throw Self.otherLength(tensor) }
    }
  }

  private static func otherLength(_ tensor: SafetensorsTensor) -> HubError {
    HubError(
      .invalidArgument(
        name: "content of tensor", value: tensor.name, reason: "it has to have \(tensor.range.count) bytes"))
  }
}
