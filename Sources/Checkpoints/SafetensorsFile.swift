import Foundation
import HubCache
public import HubModel

/// An open safetensors file; its tensors are read when they are asked for.
///
/// Opening reads the header alone and checks all that the format says: the tensors cover the bytes after it without
/// holes and overlaps, each has the length that its shape and type give, and no name occurs twice.
public struct SafetensorsFile: Sendable {
  /// Where the file is.
  public let path: String
  /// The tensors, in the order of their bytes.
  public let tensors: [SafetensorsTensor]
  /// What the file says about itself; `format` is `pt` for PyTorch's tensors.
  public let metadata: [String: String]
  private let file: Descriptor
  private let start: Int64
  private let places: [[UInt8]: Int]

  /// Opens the file at `path`.
  ///
  /// - Throws: ``HubError`` with the code `checkpoint` for a file that breaks a rule of the format, or whose header has
  ///   more than 100 MB, the reference's limit; with those of the disk if it cannot be read.
  public init(opening path: String) throws(HubError) {
    let file = try openForReading(path)
    let size = try file.status().size
    let header = try checking(path) { () throws(Flaw) in try Self.header(of: file, size: size) }
    (self.path, self.file, start) = (path, file, size - Int64(header.length))
    (tensors, metadata) = (header.tensors, header.metadata)
    places = Dictionary(uniqueKeysWithValues: zip(tensors.map { Array($0.name.utf8) }, tensors.indices))
  }

  /// The tensor of that name, or `nil` if there is none.
  public func tensor(named name: String) -> SafetensorsTensor? { places[Array(name.utf8)].map { tensors[$0] } }

  /// The bytes of a tensor of this file: little-endian, in C order.
  ///
  /// - Parameter range: Which of its bytes; all of them unless told.
  /// - Throws: ``HubError``: `checkpoint` if the file has become shorter, `invalidArgument` for a range outside.
  public func bytes(of tensor: SafetensorsTensor, in range: Range<Int>? = nil) throws(HubError) -> [UInt8] {
    let range = range ?? 0..<tensor.range.count
    guard range.lowerBound >= 0, range.upperBound <= tensor.range.count else {
      throw HubError(.invalidArgument(name: "range", value: "\(range)", reason: "the tensor ends before"))
    }
    let bytes = try file.read(at: start + Int64(tensor.range.lowerBound + range.lowerBound), count: range.count)
    guard bytes.count == range.count else {
      throw HubError(.checkpoint(file: path, reason: "it has become shorter since it was opened"))
    }
    return bytes
  }

  private static func header(of file: Descriptor, size: Int64) throws(Flaw) -> SafetensorsHeader {
    let prefix = try reading { () throws(HubError) in try file.read(at: 0, count: 8) }
    guard prefix.count == 8 else { throw Flaw("it is shorter than the length of a header") }
    let count = littleEndian(prefix[...])
    guard count <= UInt64(SafetensorsHeader.longest) else {
      throw Flaw("its header would have \(count) bytes, more than the \(SafetensorsHeader.longest) of the format")
    }
    guard Int64(count) <= size - 8 else { throw Flaw("it ends within its header") }
    let bytes = try reading { () throws(HubError) in try file.read(at: 8, count: Int(count)) }
    return try SafetensorsHeader(parsing: bytes, length: Int(size) - 8 - Int(count))
  }
}

/// The file at `path`, a regular one, open for reading.
func openForReading(_ path: String) throws(HubError) -> Descriptor {
  // Not blocking: a pipe without a writer would wait for one for ever.
  guard let file = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK) else { throw .disk("open", path, ENOENT) }
  guard try file.status().kind == .file else { throw HubError(.checkpoint(file: path, reason: "it is not a file")) }
  return file
}

/// The unsigned number that at most eight bytes are, the lowest first.
func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
