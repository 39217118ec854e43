import HubCache
import HubModel

/// Reads a tensor's elements in C order from wherever its strides say they are, a block at a time.
///
/// Memory is that of two blocks, whatever the tensor's size. A block takes as much of the storage in one read as its
/// smallest stride allows: a contiguous tensor is read from end to end, a transposed one in pieces of its rows.
struct TensorCopy {
  /// A dimension: how many elements, how far apart in the storage, and how far apart in the block.
  private struct Dimension {
    var size: Int, stride: Int
    var step = 0
  }

  private let file: Descriptor
  private let path: String
  private let position: Int64
  private let elementSize: Int
  private let isEmpty: Bool
  private var dimensions: [Dimension] = []

  private static let blockSize = 4 << 20
  /// The longest piece of a storage that is read for elements that are not neighbours.
  private static let pieceSize = 1 << 20
  /// How far apart elements may be to be read together.
  private static let gap = 4096

  init(_ view: TensorView, of storage: TensorStorage, in file: Descriptor) {
    (self.file, path, elementSize) = (file, file.path, view.type.bits / 8)
    position = storage.position + Int64(view.offset * elementSize)
    isEmpty = view.shape.contains(0)
    for (size, stride) in zip(view.shape, view.strides) where size != 1 {
      if let last = dimensions.last, last.stride == size.multipliedReportingOverflow(by: stride).partialValue {
        // The outer dimension goes on where the inner one ends: they are one.
        dimensions[dimensions.count - 1] = Dimension(size: last.size * size, stride: stride)
      } else {
        dimensions.append(Dimension(size: size, stride: stride))
      }
    }
    if dimensions.isEmpty { dimensions = [Dimension(size: 1, stride: 1)] }
  }

  /// Sends all elements, in C order.
  func send(_ sink: SafetensorsWriter.Sink) throws(HubError) {
    guard !isEmpty else { return }
    let most = Self.blockSize / elementSize
    // The dimension that is cut into blocks: all inside of it fit into one.
    var (split, inner) = (dimensions.count - 1, 1)
    while split > 0, inner * dimensions[split].size <= most {
      inner *= dimensions[split].size
      split -= 1
    }
    let cut = dimensions[split]
    let rows = min(cut.size, max(1, most / inner))
    var block = [UInt8](repeating: 0, count: rows * inner * elementSize)
    try Self.forEach(Array(dimensions[..<split])) { base, _ throws(HubError) in
      var row = 0
      while row < cut.size {
        let count = min(rows, cut.size - row)
        let parts = [Dimension(size: count, stride: cut.stride)] + dimensions[(split + 1)...]
        try block.withUnsafeMutableBufferPointer { buffer throws(HubError) in
          let bytes = UnsafeMutableRawBufferPointer(
            rebasing: UnsafeMutableRawBufferPointer(buffer)[..<(count * inner * elementSize)])
          try gather(parts, at: base + row * cut.stride, into: bytes)
          try sink(UnsafeRawBufferPointer(bytes))
        }
        row += count
      }
    }
  }

  /// Fills a block with the elements of some dimensions, from the one at `start` on.
  private func gather(
    _ parts: [Dimension], at start: Int, into block: UnsafeMutableRawBufferPointer
  ) throws(HubError) {
    var (parts, step) = (parts, 1)
    for index in parts.indices.reversed() {
      parts[index].step = step
      step *= parts[index].size
    }
    parts.sort { $0.stride > $1.stride }
    // A block has a dimension at least.
    let run = parts.removeLast()
    if run.stride == 1, run.step == 1 {
      try Self.forEach(parts) { offset, place throws(HubError) in
        let bytes = block[(place * elementSize)..<((place + run.size) * elementSize)]
        try read(UnsafeMutableRawBufferPointer(rebasing: bytes), at: start + offset)
      }
      return
    }
    let distance = run.stride * elementSize
    let most = distance > Self.gap ? 1 : min(run.size, distance == 0 ? run.size : max(1, Self.pieceSize / distance))
    var piece = [UInt8](repeating: 0, count: ((most - 1) * run.stride + 1) * elementSize)
    try Self.forEach(parts) { offset, place throws(HubError) in
      var index = 0
      while index < run.size {
        let count = min(most, run.size - index)
        let length = ((count - 1) * run.stride + 1) * elementSize
        try piece.withUnsafeMutableBufferPointer { buffer throws(HubError) in
          let bytes = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<length])
          try read(bytes, at: start + offset + index * run.stride)
          scatter(bytes, run, count, into: block, at: place + index * run.step)
        }
        index += count
      }
    }
  }

  private func read(_ bytes: UnsafeMutableRawBufferPointer, at element: Int) throws(HubError) {
    let count = try file.read(into: bytes, at: position + Int64(element * elementSize))
    guard count == bytes.count else {
      throw HubError(.checkpoint(file: path, reason: "it has become shorter since it was opened"))
    }
  }

  private func scatter(
    _ piece: UnsafeMutableRawBufferPointer, _ run: Dimension, _ count: Int,
    into block: UnsafeMutableRawBufferPointer, at place: Int
  ) {
    func copy<Element: BitwiseCopyable>(_ type: Element.Type) {
      let size = MemoryLayout<Element>.size
      for index in 0..<count {
        let element = piece.loadUnaligned(fromByteOffset: index * run.stride * size, as: type)
        block.storeBytes(of: element, toByteOffset: (place + index * run.step) * size, as: type)
      }
    }
    switch elementSize {
    case 1: copy(UInt8.self)
    case 2: copy(UInt16.self)
    case 4: copy(UInt32.self)
    default: copy(UInt64.self)
    }
  }

  /// Calls `body` for every index of some dimensions, in order, with its distance in the storage and in the block.
  private static func forEach(
    _ dimensions: [Dimension], _ body: (_ offset: Int, _ place: Int) throws(HubError) -> Void
  ) throws(HubError) {
    var (index, offset, place) = ([Int](repeating: 0, count: dimensions.count), 0, 0)
    while true {
      try body(offset, place)
      var level = dimensions.count - 1
      while level >= 0, index[level] == dimensions[level].size - 1 {
        offset -= index[level] * dimensions[level].stride
        place -= index[level] * dimensions[level].step
        index[level] = 0
        level -= 1
      }
      guard level >= 0 else { return }
      index[level] += 1
      offset += dimensions[level].stride
      place += dimensions[level].step
    }
  }
}
